/* SPDX-License-Identifier: MIT */
/* hak-link: preload */
/* No function of the family is a cancellation point: a cancelled thread gets through all of them. */
#include "work.h"

static int is_through;
static pthread_barrier_t pending;

static void *work(void *unused)
{
	size_t i, k;
	void *p;

	(void)unused;
	pthread_barrier_wait(&pending); /* the request is made between these two */
	pthread_barrier_wait(&pending);
	for (k = 0; k < 20; k++) {
		for (i = 0; i < N_OF(tier_sizes); i++) {
			p = malloc(tier_sizes[i]);
			p = realloc(p, tier_sizes[i] * 3);
			free(p);
			free(calloc(1, tier_sizes[i]));
			free(aligned_alloc(256, tier_sizes[i]));
		}
		malloc_trim(0);
	}
	is_through = 1;
	pthread_testcancel();
	is_through = 2;
	return NULL;
}

int main(void)
{
	pthread_t thread;
	void *result;

	pthread_barrier_init(&pending, NULL, 2);
	thread = start(work, NULL);
	pthread_barrier_wait(&pending);
	CHECK(pthread_cancel(thread) == 0);
	pthread_barrier_wait(&pending);
	CHECK(pthread_join(thread, &result) == 0);
	CHECK(result == PTHREAD_CANCELED);
	CHECK(is_through == 1, "cancelled inside the allocator");
	return 0;
}
