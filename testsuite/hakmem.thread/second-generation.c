/* SPDX-License-Identifier: MIT */
/* hak-link: shared */
/* hak-timeout: 60 */
/* Threads that rest cache no more because others worked hard before them, and ended. */
#include "work.h"
#include <hakmem.h>

#define N_THREADS 100
#define N_SLOTS 50

static pthread_barrier_t rest;

static void *work(void *n_steps)
{
	void *p[N_SLOTS] = { NULL };
	size_t k;

	replace_blocks(p, N_SLOTS, (size_t)n_steps, 1);
	for (k = 0; k < N_SLOTS; k++)
		free(p[k]);
	pthread_barrier_wait(&rest);
	pthread_barrier_wait(&rest);
	return NULL;
}

/* What all of them cache when they rest. */
static size_t measure(size_t n_steps)
{
	static pthread_t threads[N_THREADS];
	struct hakmem_stats stats;
	size_t i;

	for (i = 0; i < N_THREADS; i++)
		threads[i] = start_small(work, (void *)n_steps, KIB(128));
	pthread_barrier_wait(&rest);
	CHECK(hakmem_stats_get(&stats, sizeof(stats)) > 0);
	pthread_barrier_wait(&rest);
	for (i = 0; i < N_THREADS; i++)
		pthread_join(threads[i], NULL);
	return stats.cached;
}

int main(void)
{
	size_t first, second;

	pthread_barrier_init(&rest, NULL, N_THREADS + 1);
	first = measure(1000);
	measure(100000);
	second = measure(1000);
	CHECK(second < first * 5 / 4, "%zu KiB, and %zu after threads that worked hard", first / KIB(1), second / KIB(1));
	return 0;
}
