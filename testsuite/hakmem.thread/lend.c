/* SPDX-License-Identifier: MIT */
/* hak-plain: counts resident bytes */
/* hak-link: shared */
/* hak-conf: diet:true,purge_delay:-1 */
/*
 * Threads come and go in all heaps, and leave every second block behind: the space between these serves a thread of any
 * other heap, once no thread uses theirs. With diet, a thread keeps nothing warm for the next one.
 */
#include "work.h"
#include <hakmem.h>

#define N_THREADS 6
#define N_BLOCKS 6000
#define MOST MIB(2)

static const size_t sizes[] = { 48, 200, 1000, 3000 };
static void *blocks[N_THREADS][N_BLOCKS];
static pthread_barrier_t turn;

static size_t active(void)
{
	struct hakmem_stats s;

	CHECK(hakmem_stats_get(&s, sizeof(s)) == sizeof(s));
	return s.active;
}

static void make(void **p)
{
	for (size_t i = 0; i < N_BLOCKS; i++) {
		size_t n = sizes[i % N_OF(sizes)];

		p[i] = malloc(n);
		CHECK(p[i]);
		memset(p[i], (int)i, n);
	}
}

static void drop(void **p, size_t part)
{
	for (size_t i = 0; i < N_BLOCKS; i++) {
		size_t n = sizes[i % N_OF(sizes)];
		unsigned char *q = p[i];

		if (i / N_OF(sizes) % 2 != part)
			continue;
		CHECK(q[0] == (unsigned char)i && q[n - 1] == (unsigned char)i);
		free(q);
		p[i] = NULL;
	}
}

static void *work(void *arg_)
{
	make(arg_);
	pthread_barrier_wait(&turn); /* all of it is there at once */
	drop(arg_, 1);
	return NULL;
}

int main(void)
{
	pthread_t threads[N_THREADS];
	void **mine[N_THREADS / 3];
	size_t i, before, after;

	pthread_barrier_init(&turn, NULL, N_THREADS);
	for (i = 0; i < N_OF(mine); i++)
		CHECK((mine[i] = malloc(sizeof(blocks[0]))) != NULL);
	for (i = 0; i < N_THREADS; i++)
		threads[i] = start(work, blocks[i]);
	for (i = 0; i < N_THREADS; i++)
		pthread_join(threads[i], NULL);
	before = active();
	for (i = 0; i < N_OF(mine); i++)
		make(mine[i]);
	after = active();
	CHECK(after <= before + MOST, "active from %zu to %zu", before, after);
	CHECK(hakmem_check() == 0);
	/* The rest goes home to slabs that have moved. */
	for (i = 0; i < N_THREADS; i++)
		drop(blocks[i], 0);
	for (i = 0; i < N_OF(mine); i++) {
		drop(mine[i], 0);
		drop(mine[i], 1);
		free(mine[i]);
	}
	CHECK(hakmem_check() == 0);
	malloc_trim(0);
	CHECK(active() < MIB(2), "%zu", active());
	return 0;
}
