/* SPDX-License-Identifier: MIT */
/* Threads for a test; who includes this is also run under TSan. */
#ifndef THREADS_H
#define THREADS_H

#include "unit.h"
#include <pthread.h>

#define MAX_THREADS 64

struct worker {
	pthread_t thread;
	pthread_barrier_t *start;
	void (*run)(unsigned idx);
	unsigned idx;
};

static void *work(void *arg)
{
	struct worker *w = arg;

	pthread_barrier_wait(w->start);
	w->run(w->idx);
	return NULL;
}

/* Runs run(0) to run(n - 1), all starting at once, and waits for them. */
UNUSED static void run_threads(unsigned n, void (*run)(unsigned idx))
{
	struct worker workers[MAX_THREADS];
	pthread_barrier_t start;

	CHECK(n <= MAX_THREADS);
	pthread_barrier_init(&start, NULL, n);
	for (unsigned i = 0; i < n; i++) {
		workers[i] = (struct worker){ .start = &start, .run = run, .idx = i };
		CHECK(pthread_create(&workers[i].thread, NULL, work, &workers[i]) == 0);
	}
	for (unsigned i = 0; i < n; i++)
		pthread_join(workers[i].thread, NULL);
	pthread_barrier_destroy(&start);
}

#endif
