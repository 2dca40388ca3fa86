/* SPDX-License-Identifier: MIT */
/* hak-link: preload */
/* hak-timeout: 120 */
/* 2,000 threads alive at once, each allocating in every tier and holding on while the others do. */
#include "work.h"

#define N_THREADS 2000

static pthread_barrier_t all;
static void *kept[N_THREADS][8];

static void *work(void *arg_)
{
	static const size_t sizes[8] = { 16, 40, 64, 200, 1024, 3000, 30000, 300000 };
	size_t me = (size_t)arg_, i;

	for (i = 0; i < 8; i++) {
		kept[me][i] = malloc(sizes[i]);
		CHECK(kept[me][i], "thread %zu", me);
		fill_thin(kept[me][i], sizes[i], me + i);
	}
	pthread_barrier_wait(&all);
	/* Half of the blocks are freed by their owner, half by the thread next to it. */
	for (i = 0; i < 8; i++) {
		size_t whose = i % 2 ? me : (me + 1) % N_THREADS;

		CHECK(filled_thin(kept[whose][i], sizes[i], whose + i) == sizes[i], "block %zu of thread %zu",
		      i, whose);
		free(kept[whose][i]);
	}
	return NULL;
}

int main(void)
{
	static pthread_t threads[N_THREADS];
	size_t i;

	pthread_barrier_init(&all, NULL, N_THREADS);
	for (i = 0; i < N_THREADS; i++)
		threads[i] = start_small(work, (void *)i, 65536);
	for (i = 0; i < N_THREADS; i++)
		pthread_join(threads[i], NULL);
	return 0;
}
