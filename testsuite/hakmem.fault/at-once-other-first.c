/* SPDX-License-Identifier: MIT */
/* hak-plain: debug: verdicts have more lines */
/* hak-link: preload */
/* hak-opt: -O2 */
/* hak-timeout: 120 */
/* A block freed by a thread that does not own it, and again: told of in that call, whether that thread lives or not. */
#include "at-once.h"

static void *freed_by_one_that_died(size_t size)
{
	void *p = block_of(size);

	in_thread(free, p);
	return p;
}

static pthread_barrier_t freed;

static void *free_and_wait(void *p)
{
	free(p);
	pthread_barrier_wait(&freed);
	for (;;)
		pause();
	return NULL;
}

static void *freed_by_one_that_lives(size_t size)
{
	void *p = block_of(size);
	pthread_t thread;

	pthread_barrier_init(&freed, NULL, 2);
	CHECK(pthread_create(&thread, NULL, free_and_wait, p) == 0);
	pthread_barrier_wait(&freed);
	return p;
}

WRONGS({ "freed by a thread that died", freed_by_one_that_died, by_free, DOUBLE_LARGE },
       { "freed by a thread that lives", freed_by_one_that_lives, by_free, DOUBLE_LARGE })
