/* SPDX-License-Identifier: MIT */
/* hak-plain: expects the events of runs, refills and flushes */
/* hak-link: shared */
/* hak-conf: ring:4096 */
/* hak-timeout: 120 */
/* 2,000 threads at once: the rings together stay below 64 MiB, and are counted; whoever has none of its own writes into the
 * common one, and is not lost. */
#include "work.h"
#include "events.h"

enum { N_THREADS = 2000 };

static pthread_barrier_t all;

static void *work(void *unused)
{
	(void)unused;
	pthread_barrier_wait(&all);
	free(hide(malloc(100)));
	pthread_barrier_wait(&all);
	pthread_barrier_wait(&all);
	free(hide(malloc(300000))); /* a run: an event of each thread */
	return NULL;
}

int main(void)
{
	static pthread_t threads[N_THREADS];
	struct hakmem_stats before, after;
	struct event e;
	char *text;
	const char *at;
	size_t n_runs = 0;

	pthread_barrier_init(&all, NULL, N_THREADS + 1);
	for (size_t i = 0; i < N_THREADS; i++)
		threads[i] = start_small(work, NULL, 65536);
	hakmem_stats_get(&before, sizeof(before));
	pthread_barrier_wait(&all);
	pthread_barrier_wait(&all);
	hakmem_stats_get(&after, sizeof(after));
	CHECK(after.n_threads >= N_THREADS);
	CHECK(after.metadata - before.metadata < MIB(64 + 50), "%lu bytes", (unsigned long)(after.metadata - before.metadata));
	CHECK(after.held - before.held > MIB(40), "the rings do not count: %lu bytes", (unsigned long)(after.held - before.held));
	CHECK(after.held - before.held < MIB(64 + 50), "%lu bytes", (unsigned long)(after.held - before.held));
	pthread_barrier_wait(&all);
	for (size_t i = 0; i < N_THREADS; i++)
		pthread_join(threads[i], NULL);
	text = events_text();
	for (at = text; events_next(&at, &e);)
		n_runs += !strcmp(e.what, "run") && e.size >= 300000;
	CHECK(n_runs > N_THREADS / 3, "%zu runs", n_runs);
	return 0;
}
