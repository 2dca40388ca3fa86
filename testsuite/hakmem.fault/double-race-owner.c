/* SPDX-License-Identifier: MIT */
/* hak-link: preload */
/* hak-opt: -O2 */
/* hak-timeout: 120 */
/* The owner and another thread free the same block at the same moment. */
#define MAX_LINES 4
#define MAY_BE_LATE 1
#include "fault.h"

static pthread_barrier_t start;
static void *p;

static void *racer(void *unused)
{
	(void)unused;
	pthread_barrier_wait(&start);
	free(hide(p));
	return NULL;
}

static void commit(size_t size)
{
	pthread_t thread;

	p = block_of(size);
	pthread_barrier_init(&start, NULL, 2);
	CHECK(pthread_create(&thread, NULL, racer, NULL) == 0);
	pthread_barrier_wait(&start);
	free(hide(p));
	pthread_join(thread, NULL);
}

FAULTS(DOUBLE_SIZES("raced for", commit), DOUBLE_SIZES("raced for again", commit),
       DOUBLE_SIZES("raced for once more", commit))
