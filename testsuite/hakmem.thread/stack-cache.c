/* SPDX-License-Identifier: MIT */
/* hak-link: preload */
/* hak-conf: cache_cap:0 */
/* hak-timeout: 30 */
/*
 * The C library frees dead threads' memory with its lock on stacks held; nothing that free() does, such as
 * starting a thread of the library's own, may need that lock.
 */
#include "work.h"

#define N_THREADS 24 /* their stacks of 8 MiB are more than the C library keeps */
#define N_BLOCKS 100000

static pthread_barrier_t all;
static void *blocks[N_BLOCKS];

static void *work(void *unused)
{
	pthread_barrier_wait(&all);
	return unused;
}

int main(void)
{
	pthread_t threads[N_THREADS];
	size_t i;

	pthread_barrier_init(&all, NULL, N_THREADS + 1);
	for (i = 0; i < N_THREADS; i++)
		threads[i] = start_small(work, NULL, MIB(8));
	/* A heap worth purging, in which nothing was freed so far. */
	for (i = 0; i < N_BLOCKS; i++)
		CHECK(blocks[i] = malloc(2000));
	pthread_barrier_wait(&all);
	for (i = 0; i < N_THREADS; i++)
		pthread_join(threads[i], NULL);
	for (i = 0; i < N_BLOCKS; i++)
		free(blocks[i]);
	return 0;
}
