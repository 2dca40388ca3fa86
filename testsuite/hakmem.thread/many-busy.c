/* SPDX-License-Identifier: MIT */
/* hak-plain: debug: it takes minutes */
/* hak-link: shared */
/* Many threads, each of which allocates and frees some 50 KB of small blocks again and again: these fit into the caches. */
#include <pthread.h>

#include "batches.h"

#define N_THREADS 50
#define N_ROUNDS 8000
#define N 100

static pthread_barrier_t all;

static void *busy(void *arg)
{
	uint64_t random = (uintptr_t)arg;
	char *blocks[N];
	size_t i, k;

	pthread_barrier_wait(&all);
	for (i = 0; i < N_ROUNDS; i++) {
		for (k = 0; k < N; k++) {
			blocks[k] = malloc(16 + rnd(&random) % 1000);
			CHECK(blocks[k]);
			*blocks[k] = 1;
		}
		for (k = 0; k < N; k++)
			free(blocks[k]);
	}
	pthread_barrier_wait(&all);
	return NULL;
}

int main(void)
{
	pthread_t threads[N_THREADS];
	size_t i, n;

	pthread_barrier_init(&all, NULL, N_THREADS);
	for (i = 0; i < N_THREADS; i++)
		CHECK(pthread_create(&threads[i], NULL, busy, (void *)(i + 1)) == 0);
	for (i = 0; i < N_THREADS; i++)
		pthread_join(threads[i], NULL);
	n = n_batches();
	CHECK(n < (size_t)N_THREADS * N_ROUNDS * N / 20, "%zu batches", n);
	return 0;
}
