/* SPDX-License-Identifier: MIT */
/* hak-link: shared */
/* The equations hold with threads that free each other's blocks, once all of them stand still. */
#include "check.h"
#include <hakmem.h>
#include <pthread.h>

#define N_THREADS 6
#define N_BLOCKS 4000

static void *blocks[N_THREADS][N_BLOCKS];
static pthread_barrier_t barrier;

static void *work(void *arg_)
{
	size_t me = (size_t)arg_, i, round;
	uint64_t random = me + 1;

	for (round = 0; round < 5; round++) {
		for (i = 0; i < N_BLOCKS; i++) {
			blocks[me][i] = malloc(rnd_size(&random, i % 100 ? 1500 : 50000));
			CHECK(blocks[me][i]);
		}
		pthread_barrier_wait(&barrier);
		for (i = round; i < N_BLOCKS; i++)
			free(blocks[(me + 1) % N_THREADS][i]);
		pthread_barrier_wait(&barrier);
		pthread_barrier_wait(&barrier); /* the main thread reads in between */
		for (i = 0; i < round; i++)
			free(blocks[me][i]);
	}
	return NULL;
}

static void check(int n_threads)
{
	struct hakmem_stats s;

	CHECK(hakmem_stats_get(&s, sizeof(s)));
	CHECK(s.allocated + s.cached + s.in_flight + s.slab_free == s.active,
	      "%llu + %llu + %llu + %llu = %llu", (unsigned long long)s.allocated,
	      (unsigned long long)s.cached, (unsigned long long)s.in_flight, (unsigned long long)s.slab_free,
	      (unsigned long long)s.active);
	CHECK(s.active + s.dirty + s.lazy + s.clean == s.mapped);
	CHECK(n_threads < 0 || s.n_threads == (uint64_t)n_threads, "%llu threads",
	      (unsigned long long)s.n_threads);
	CHECK(n_threads < 0 || s.n_remote > 0);
}

int main(void)
{
	pthread_t threads[N_THREADS];
	size_t i, round;

	free(hide(malloc(1))); /* counted is who has allocated */
	pthread_barrier_init(&barrier, NULL, N_THREADS + 1);
	for (i = 0; i < N_THREADS; i++)
		CHECK(pthread_create(&threads[i], NULL, work, (void *)i) == 0);
	for (round = 0; round < 5; round++) {
		pthread_barrier_wait(&barrier);
		pthread_barrier_wait(&barrier);
		check(N_THREADS + 1);
		pthread_barrier_wait(&barrier);
	}
	for (i = 0; i < N_THREADS; i++)
		pthread_join(threads[i], NULL);
	check(-1);
	return 0;
}
