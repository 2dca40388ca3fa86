/* SPDX-License-Identifier: MIT */
/* There are as many heaps as threads at once, and never more than processors; a thread gets the one that the fewest use,
 * rather the one whose memory it has in hand. A thread that only frees gets none. */
#include "threads.h"
#include "thread/heap.h"
#include "thread/thread.h"

#include <hakmem.h>
#include <sched.h>

#define N_THREADS 12

static pthread_barrier_t all_here;
static void *first_block;
static unsigned n_processors;

static uint32_t n_users(void)
{
	uint32_t n = 0;

	for (struct hak_heap *h = hak_heaps_first(); h != NULL; h = hak_load_acquire(&h->next))
		n += hak_load_relaxed(&h->n_threads);
	return n;
}

static void allocate(unsigned idx)
{
	CHECK(hakmem_malloc(100) && hak_thread_me.cache != NULL && hak_thread_me.cache->heap != NULL);
	pthread_barrier_wait(&all_here);
	if (idx == 0) {
		/* The main thread has one, too. */
		CHECK(n_users() == N_THREADS + 1 && hak_heaps_count() == n_processors, "%u heaps", hak_heaps_count());
		for (struct hak_heap *h = hak_heaps_first(); h != NULL; h = hak_load_acquire(&h->next))
			CHECK(hak_load_relaxed(&h->n_threads) >= (N_THREADS + 1) / n_processors);
	}
	pthread_barrier_wait(&all_here);
}

static void only_free(unsigned idx)
{
	(void)idx;
	hakmem_free(NULL);
	hakmem_free(first_block);
	CHECK(hak_thread_me.cache == NULL && hak_heaps_find(hak_thread_me.near) == hak_heaps_first());
	/* Then it allocates after all: where that block came from. */
	CHECK(hakmem_malloc(100) && hak_thread_me.cache->heap == hak_heaps_first());
}

static void do_nothing(unsigned idx)
{
	(void)idx;
	CHECK(hakmem_malloc(50));
}

/* `near` is taken as long as it has one thread more than the least at most. */
static void check_near(void)
{
	struct hak_heap *near = hak_heaps_first();

	CHECK(near->n_threads == 1 && hak_heaps_choose_locked(near) == near);
	near->n_threads = 2;
	CHECK((hak_heaps_choose_locked(near) == near) == (n_processors == 1));
	near->n_threads = 1;
}

/* Little is in use: what a cache may hold depends on the threads, what all have claimed, and its misses. */
static void check_budgets(void)
{
	CHECK(hak_heaps_budget(0, 0, 0) == HAK_BUDGET_ONE && hak_heaps_budget(1, 0, 0) == HAK_BUDGET_ONE);
	CHECK(hak_heaps_budget(2, 0, 0) == HAK_BUDGET_ONE && hak_heaps_budget(4, 0, 0) == HAK_BUDGET_ONE / 4);
	for (uint64_t n = 1; n < 3000; n++)
		CHECK(hak_heaps_budget(n, 0, 0) >= HAK_BUDGET_LEAST && hak_heaps_budget(n + 1, 0, 0) <= hak_heaps_budget(n, 0, 0));
	CHECK(hak_heaps_budget(3000, 0, 0) == HAK_BUDGET_LEAST);
	CHECK(hak_heaps_budget(3000, 0, HAK_BUDGET_EARNING / 2) == HAK_BUDGET_LEAST + HAK_BUDGET_EARNED / 4);
	CHECK(hak_heaps_budget(3000, 0, HAK_BUDGET_EARNING) == HAK_BUDGET_LEAST + HAK_BUDGET_EARNED);
	CHECK(hak_heaps_budget(3000, 0, UINT64_MAX) == HAK_BUDGET_LEAST + HAK_BUDGET_EARNED);
	hak_cache_claimed = 2 * HAK_BUDGET_ONE - 100000; /* by others */
	CHECK(hak_heaps_budget(1, 0, 0) == 100000 && hak_heaps_budget(2, 0, HAK_BUDGET_EARNING / 4) == 100000 + HAK_BUDGET_EARNED / 16);
	CHECK(hak_heaps_budget(1, 50000, 0) == 150000);
	hak_cache_claimed = 2 * HAK_BUDGET_ONE;
	CHECK(hak_heaps_budget(1, 0, 0) == HAK_BUDGET_LEAST);
	hak_cache_claimed = 0;
}

int main(void)
{
	cpu_set_t set;

	CHECK(sched_getaffinity(0, sizeof set, &set) == 0);
	n_processors = (unsigned)CPU_COUNT(&set);
	if (n_processors > N_THREADS)
		UNSUPPORTED_BECAUSE("there are %u processors", n_processors);
	CHECK(hak_heaps_count() == 0);
	CHECK(first_block = hakmem_malloc(100));
	CHECK(hak_heaps_count() == 1 && n_users() == 1);
	run_threads(1, only_free);
	CHECK(n_users() == 1);
	pthread_barrier_init(&all_here, NULL, N_THREADS);
	run_threads(N_THREADS, allocate);
	CHECK(n_users() == 1);

	/* One after another: no more heaps, no more caches. */
	for (unsigned i = 0; i < rounds(300); i++)
		run_threads(1, do_nothing);
	CHECK(hak_heaps_count() == n_processors && n_users() == 1);
	for (struct hak_heap *h = hak_heaps_first(); h != NULL; h = h->next)
		CHECK(h->n_warm <= HAK_WARM_CACHES);
	CHECK(hakmem_check() == 0);
	check_near();
	check_budgets();
	return 0;
}
