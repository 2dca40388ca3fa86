/* SPDX-License-Identifier: MIT */
/* hak-link: preload */
/* hak-opt: -O2 */
/* hak-timeout: 120 */
/* A block freed twice by its owner, who slept in between while another thread gave free memory back. */
#include "fault.h"

static void *block;
static int is_asleep;

static void use_caches(size_t size)
{
	void *others[2000];
	size_t i;

	for (i = 0; i < N_OF(others); i++)
		CHECK(others[i] = malloc(size));
	for (i = 0; i < N_OF(others); i++)
		free(others[i]);
}

static void *free_twice(void *size)
{
	use_caches(1000); /* they are worth emptying */
	use_caches((size_t)size);
	block = block_of((size_t)size);
	free(block);
	__atomic_store_n(&is_asleep, 1, __ATOMIC_RELEASE);
	usleep(200000);
	free(block);
	return NULL;
}

static void commit(size_t size)
{
	pthread_t thread;

	CHECK(pthread_create(&thread, NULL, free_twice, (void *)size) == 0);
	while (!__atomic_load_n(&is_asleep, __ATOMIC_ACQUIRE))
		usleep(1000);
	usleep(50000);
	malloc_trim(0);
	pthread_join(thread, NULL);
}

FAULTS(TINY_SIZES("freed, and freed again after a sleep", commit, DOUBLE))
