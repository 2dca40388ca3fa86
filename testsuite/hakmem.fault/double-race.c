/* SPDX-License-Identifier: MIT */
/* hak-link: preload */
/* hak-opt: -O2 */
/* hak-timeout: 120 */
/* Four threads free the same block at the same moment: whoever comes second is found. */
#define MAX_LINES 4
#define MAY_BE_LATE 1
#include "fault.h"

#define N_THREADS 4

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
	pthread_t threads[N_THREADS];
	unsigned i;

	p = block_of(size);
	pthread_barrier_init(&start, NULL, N_THREADS);
	for (i = 0; i < N_THREADS; i++)
		CHECK(pthread_create(&threads[i], NULL, racer, NULL) == 0);
	for (i = 0; i < N_THREADS; i++)
		pthread_join(threads[i], NULL);
}

FAULTS(DOUBLE_SIZES("raced for", commit), DOUBLE_SIZES("raced for again", commit),
       DOUBLE_SIZES("raced for once more", commit))
