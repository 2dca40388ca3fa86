/* SPDX-License-Identifier: MIT */
/* hak-link: preload */
/* hak-conf: purge_thread:on */
/* The scene, one block in 20 alive, freed by 8 threads that did not make it and that then sleep. */
#include "purge.h"

#define N_THREADS 8

static pthread_barrier_t freed, end;

static void *work(void *number)
{
	scene_free((size_t)number, N_THREADS, 20);
	pthread_barrier_wait(&freed);
	pthread_barrier_wait(&end);
	return NULL;
}

int main(void)
{
	pthread_t threads[N_THREADS];
	size_t i;

	need_small_pages();
	pthread_barrier_init(&freed, NULL, N_THREADS + 1);
	pthread_barrier_init(&end, NULL, N_THREADS + 1);
	scene_make();
	for (i = 0; i < N_THREADS; i++)
		CHECK(pthread_create(&threads[i], NULL, work, (void *)i) == 0);
	pthread_barrier_wait(&freed);
	scene_check_some();
	pthread_barrier_wait(&end);
	for (i = 0; i < N_THREADS; i++)
		pthread_join(threads[i], NULL);
	return 0;
}
