/* SPDX-License-Identifier: MIT */
/* hak-link: shared */
/* Threads of many sizes end together, and others go on with the blocks they left, with their caches and in their heaps: what
 * had been touched is enough for them. */
#include "check.h"
#include <hakmem.h>
#include <pthread.h>

#define N 2000
#define N_STEPS 50000
#define N_THREADS 3
#define N_GENERATIONS 30

static struct work {
	void *blocks[N];
	uint32_t state;
} works[N_THREADS];

static uint32_t next(struct work *w)
{
	w->state ^= w->state << 13;
	w->state ^= w->state >> 17;
	w->state ^= w->state << 5;
	return w->state;
}

static size_t resident(void)
{
	struct hakmem_stats stats;

	CHECK(hakmem_stats_get(&stats, sizeof stats) > 0);
	return stats.resident;
}

static void *replace(void *arg)
{
	struct work *w = arg;
	size_t i;

	for (i = 0; i < N_STEPS; i++) {
		size_t k = next(w) % N;
		size_t size = 16 + next(w) % (next(w) % 64 ? (size_t)64 << next(w) % 6 : 65536);

		free(w->blocks[k]);
		CHECK((w->blocks[k] = malloc(size)));
		memset(w->blocks[k], 1, size);
	}
	return NULL;
}

int main(void)
{
	size_t i, t, first = 0, last;

	for (t = 0; t < N_THREADS; t++)
		works[t].state = 12345 + (uint32_t)t;
	for (i = 0; i < N_GENERATIONS; i++) {
		pthread_t threads[N_THREADS];

		for (t = 0; t < N_THREADS; t++)
			CHECK(pthread_create(&threads[t], NULL, replace, &works[(t + i) % N_THREADS]) == 0);
		for (t = 0; t < N_THREADS; t++)
			pthread_join(threads[t], NULL);
		if (i == 0)
			first = resident();
	}
	last = resident();
	dprintf(1, "%zu KiB after the first, %zu after the last\n", first >> 10, last >> 10);
	CHECK(last < first * 5 / 2);
	return 0;
}
