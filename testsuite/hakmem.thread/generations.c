/* SPDX-License-Identifier: MIT */
/* hak-link: preload */
/* hak-timeout: 120 */
/*
 * Generations of threads that die leaving blocks in every slab; the blocks are freed afterwards.
 * What the dead left free is reused: RSS stays within what lives, not what was ever allocated.
 */
#include "work.h"

#define N_THREADS 8
#define N_BLOCKS 20000 /* a thread and generation: about 5 MB */
#define N_GENERATIONS 100

static void *kept[2][N_THREADS][N_BLOCKS / 20];
static int generation;
static pthread_barrier_t all;

static size_t size_of(size_t i)
{
	return 16 + i * 37 % 480;
}

static void *work(void *arg_)
{
	size_t me = (size_t)arg_, i;
	static __thread void *mine[N_BLOCKS];

	for (i = 0; i < N_BLOCKS; i++) {
		mine[i] = malloc(size_of(i));
		CHECK(mine[i]);
		memset(mine[i], 1, size_of(i));
	}
	pthread_barrier_wait(&all);
	/* One block in twenty outlives the thread, so no slab is empty. */
	for (i = 0; i < N_BLOCKS; i++) {
		if (i % 20 == 0)
			kept[generation % 2][me][i / 20] = mine[i];
		else
			free(mine[i]);
	}
	return NULL;
}

int main(int argc, char **argv)
{
	size_t n_generations = arg(argc, argv, 1, N_GENERATIONS), i, k, rss_20 = 0;
	pthread_t threads[N_THREADS];

	pthread_barrier_init(&all, NULL, N_THREADS);
	for (generation = 0; generation < (int)n_generations; generation++) {
		for (i = 0; i < N_THREADS; i++)
			threads[i] = start(work, (void *)i);
		for (i = 0; i < N_THREADS; i++)
			pthread_join(threads[i], NULL);
		/* The blocks of the generation before go now. */
		for (i = 0; i < N_THREADS && generation > 0; i++)
			for (k = 0; k < N_BLOCKS / 20; k++)
				free(kept[(generation + 1) % 2][i][k]);
		if (generation == 20)
			rss_20 = rss();
	}
	CHECK(rss() <= rss_20 + rss_20 / 4 + MIB(8), "RSS from %zu after 20 generations to %zu", rss_20,
	      rss());
	return 0;
}
