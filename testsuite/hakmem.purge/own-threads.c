/* SPDX-License-Identifier: MIT */
/* hak-link: preload */
/* hak-timeout: 60 */
/* The scene, freed by 8 threads that did not make it and that then rest: right after the last free little of it is
 * resident, and hardly more than that once one thread has done a little. */
#include "purge.h"

#define N_THREADS 8

static pthread_barrier_t freed, end;

static void *work(void *number)
{
	scene_free((size_t)number, N_THREADS, 0);
	pthread_barrier_wait(&freed);
	pthread_barrier_wait(&end);
	return NULL;
}

int main(void)
{
	size_t before = rss(), i, n;
	pthread_t threads[N_THREADS];

	pthread_barrier_init(&freed, NULL, N_THREADS + 1);
	pthread_barrier_init(&end, NULL, N_THREADS + 1);
	scene_make();
	for (i = 0; i < N_THREADS; i++)
		CHECK(pthread_create(&threads[i], NULL, work, (void *)i) == 0);
	pthread_barrier_wait(&freed);
	n = rss();
	CHECK(n <= before + MIB(64), "%zu resident right after the last free", n);
	n = work_lightly(before + MIB(24), 10);
	CHECK(n <= before + MIB(24), "%zu resident after some work", n);
	pthread_barrier_wait(&end);
	for (i = 0; i < N_THREADS; i++)
		pthread_join(threads[i], NULL);
	return 0;
}
