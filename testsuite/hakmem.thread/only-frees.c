/* SPDX-License-Identifier: MIT */
/* hak-link: shared */
/* Threads that free what others made, and never allocate, have no cache and hold nothing: all of it is the makers' to
 * use again while they still live. */
#include "work.h"
#include <hakmem.h>

#define N_THREADS 100
#define N_BLOCKS 40000

static void *blocks[N_BLOCKS];
static pthread_barrier_t turn;

static size_t size_of(size_t i)
{
	return i % 100 ? 16 + i % 64 * 40 : 50000;
}

static void make(void)
{
	size_t i;

	for (i = 0; i < N_BLOCKS; i++) {
		blocks[i] = malloc(size_of(i));
		CHECK(blocks[i]);
		memset(blocks[i], 1, size_of(i));
	}
}

static void *work(void *arg_)
{
	size_t i;

	for (i = (size_t)arg_; i < N_BLOCKS; i += N_THREADS)
		free(blocks[i]);
	pthread_barrier_wait(&turn);
	pthread_barrier_wait(&turn);
	return NULL;
}

static struct hakmem_stats stats(void)
{
	struct hakmem_stats s;

	CHECK(hakmem_stats_get(&s, sizeof(s)) > 0);
	return s;
}

int main(void)
{
	struct hakmem_stats before, after;
	pthread_t threads[N_THREADS];
	size_t i, least = rss(), full;

	CHECK(hakmem_option_set("purge_delay", "-1") == 0);
	pthread_barrier_init(&turn, NULL, N_THREADS + 1);
	make();
	before = stats();
	full = rss();
	for (i = 0; i < N_THREADS; i++)
		threads[i] = start_small(work, (void *)i, KIB(64));
	pthread_barrier_wait(&turn);
	after = stats();
	CHECK(after.n_threads == before.n_threads, "%llu threads with a cache, not %llu",
	      (unsigned long long)after.n_threads, (unsigned long long)before.n_threads);
	CHECK(after.allocated < before.allocated / 10, "%llu allocated", (unsigned long long)after.allocated);
	make();
	after = stats();
	CHECK(after.mapped <= before.mapped + MIB(4), "mapped from %llu to %llu", (unsigned long long)before.mapped,
	      (unsigned long long)after.mapped);
	CHECK(rss() <= full + N_THREADS * KIB(16) + MIB(4), "RSS %zu, %zu, %zu", least, full, rss());
	CHECK(hakmem_check() == 0);
	pthread_barrier_wait(&turn);
	for (i = 0; i < N_THREADS; i++)
		pthread_join(threads[i], NULL);
	return 0;
}
