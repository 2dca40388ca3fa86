/* SPDX-License-Identifier: MIT */
/* In a large heap, a thread that often misses earns up to twice its equal part of the budget for caches, unless the others have
 * claimed it. */
#include "unit.h"
#include "hakmem.h"
#include "region/limit.h"
#include "region/slack.h"
#include "thread/heap.h"
#include "tiny/cache.h"

enum { N_THREADS = 64, MANY = 1000000 };

int main(void)
{
	void *large = hakmem_malloc((size_t)1 << 30);
	size_t all, part, rested, once_claimed;

	CHECK(large != NULL);
	all = (hak_limit_held() - hak_slack_now()) / HAK_BUDGET_RATIO;
	part = HAK_BUDGET_BUSY * all / N_THREADS;
	CHECK(part > HAK_BUDGET_EARNED && part < HAK_BUDGET_MOST);
	rested = hak_heaps_budget(N_THREADS, 0, 0);
	CHECK(rested < part / 2, "%zu without a miss", rested);
	CHECK(hak_heaps_budget(N_THREADS, 0, 90) == rested, "few misses");
	CHECK(hak_heaps_budget(N_THREADS, 0, MANY) == part, "%zu, not %zu", hak_heaps_budget(N_THREADS, 0, MANY), part);

	hak_cache_claimed += HAK_BUDGET_BUSY * all;
	once_claimed = hak_heaps_budget(N_THREADS, 0, MANY);
	CHECK(once_claimed <= HAK_BUDGET_LEAST + HAK_BUDGET_EARNED, "%zu, others hold it all", once_claimed);
	CHECK(hak_heaps_budget(N_THREADS, part, MANY) == part, "what it holds already is its own");
	hak_cache_claimed -= HAK_BUDGET_BUSY * all;
	hakmem_free(large);
	return 0;
}
