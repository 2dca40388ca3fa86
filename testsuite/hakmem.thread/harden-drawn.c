/* SPDX-License-Identifier: MIT */
/* hak-link: shared */
/* hak-conf: profile:hardened */
/* A hardened thread draws some blocks at once: at most 16 of a class, and 4 KiB of them, all counted; no freed block is among them, and
 * malloc_trim() and threads that end give them back. */
#include "check.h"
#include <hakmem.h>
#include <malloc.h>
#include <pthread.h>

#define N_THREADS 100
#define STEPS 40

static uint64_t n_cached(uint64_t n_threads)
{
	struct hakmem_class_stats c;
	uint64_t n = 0;
	unsigned i;

	for (i = 0; hakmem_class_stats_get(i, &c, sizeof(c)) > 0; i++) {
		n += c.n_cached;
		CHECK(c.n_cached <= 16 * n_threads && c.n_cached * c.size <= 4096 * n_threads,
		      "%llu blocks of %llu bytes", (unsigned long long)c.n_cached, (unsigned long long)c.size);
	}
	return n;
}

static void *use_many_classes(void *arg)
{
	size_t size;

	for (size = 8; size < KIB(32); size += size / STEPS + 8)
		free(hide(malloc(size)));
	return arg;
}

static pthread_barrier_t reached, go_on;

static void *use_and_rest(void *arg)
{
	use_many_classes(NULL);
	pthread_barrier_wait(&reached);
	pthread_barrier_wait(&go_on);
	return arg;
}

int main(void)
{
	static pthread_t threads[N_THREADS];
	struct hakmem_stats stats;
	size_t i, n = 0;
	void *p, *freed;

	use_many_classes(NULL);
	CHECK(n_cached(1) > 100, "%llu cached", (unsigned long long)n_cached(1));
	CHECK(malloc_trim(0) == 1);
	CHECK(n_cached(1) == 0, "%llu cached after malloc_trim", (unsigned long long)n_cached(1));

	freed = hide(malloc(200));
	free(freed);
	for (i = 0; i < 15; i++)
		n += (p = hide(malloc(200))) == freed;
	CHECK(n == 0, "a block was handed out again at once");

	pthread_barrier_init(&reached, NULL, N_THREADS + 1);
	pthread_barrier_init(&go_on, NULL, N_THREADS + 1);
	for (i = 0; i < N_THREADS; i++)
		CHECK(pthread_create(&threads[i], NULL, use_and_rest, NULL) == 0);
	pthread_barrier_wait(&reached);
	n_cached(N_THREADS + 1);
	hakmem_stats_get(&stats, sizeof(stats));
	CHECK(stats.allocated + stats.cached + stats.in_flight + stats.slab_free == stats.active);
	CHECK(hakmem_check() == 0);
	pthread_barrier_wait(&go_on);
	for (i = 0; i < N_THREADS; i++)
		pthread_join(threads[i], NULL);
	CHECK(malloc_trim(0) == 1);
	CHECK(n_cached(1) == 0, "%llu cached after all threads have ended", (unsigned long long)n_cached(1));
	CHECK(hakmem_check() == 0);
	return 0;
}
