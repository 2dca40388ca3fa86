/* SPDX-License-Identifier: MIT */
/* hak-plain: debug: it takes minutes */
/* hak-link: preload */
/* hak-timeout: 60 */
/* Threads come and go, and each takes and frees again and again another number of blocks: their caches grow to hold them,
 * and leave no addresses behind when they end. */
#include "check.h"
#include <pthread.h>

#define N_THREADS 400
#define N_FIRST 40
#define N_TIMES 12

static void *blocks[20000];

static void *swing(void *arg)
{
	size_t n = (size_t)arg, i, k;

	for (k = 0; k < N_TIMES; k++) {
		for (i = 0; i < n; i++)
			CHECK((blocks[i] = malloc(32)));
		for (i = 0; i < n; i++)
			free(blocks[i]);
	}
	return NULL;
}

int main(void)
{
	size_t first = 0, last, k;

	for (k = 0; k < N_THREADS; k++) {
		pthread_t thread;

		/* The largest come first. */
		CHECK(pthread_create(&thread, NULL, swing, (void *)(N_OF(blocks) - k * 42)) == 0);
		pthread_join(thread, NULL);
		if (k == N_FIRST)
			first = vm_size();
	}
	last = vm_size();
	dprintf(1, "%zu KiB after %d threads, %zu after %d\n", first >> 10, N_FIRST, last >> 10, N_THREADS);
	CHECK(last <= first + KIB(256));
	return 0;
}
