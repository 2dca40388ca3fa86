/* SPDX-License-Identifier: MIT */
/* hak-plain: counts misses, or blocks in caches */
/* hak-link: shared */
/* Which way allocations took: past the thread's cache, to a run, to a large block, on a kept mapping or a new one. Those that the
 * cache serves do not count. */
#include "check.h"
#include <hakmem.h>

static struct hakmem_stats get(void)
{
	struct hakmem_stats s;

	CHECK(hakmem_stats_get(&s, sizeof(s)) == sizeof(s));
	return s;
}

int main(void)
{
	struct hakmem_stats before, after;
	void *p[10];
	uint64_t own;

	for (int i = 0; i < 4; i++)
		free(hide(malloc(100)));
	before = get();
	after = get();
	own = after.n_misses - before.n_misses; /* of the reading itself */
	before = get();
	for (int i = 0; i < 10000; i++)
		free(hide(malloc(100)));
	after = get();
	/* Now and then a forced one. */
	CHECK(after.n_misses - before.n_misses < 200 + own, "%lu misses", (unsigned long)(after.n_misses - before.n_misses));
	CHECK(after.n_run_takes == before.n_run_takes && after.n_large_takes == before.n_large_takes);

	before = get();
	for (size_t i = 0; i < N_OF(p); i++)
		CHECK((p[i] = hide(malloc(300000))) != NULL);
	for (size_t i = 0; i < N_OF(p); i++)
		free(p[i]);
	after = get();
	CHECK(after.n_run_takes - before.n_run_takes == N_OF(p) && after.n_large_takes == before.n_large_takes);
	CHECK(after.n_misses - before.n_misses >= 2 * N_OF(p), "%lu misses", (unsigned long)(after.n_misses - before.n_misses));

	before = get();
	p[0] = hide(malloc(MIB(5)));
	after = get();
	CHECK(p[0] && after.n_large_takes - before.n_large_takes == 1 && after.n_kept_takes == before.n_kept_takes);
	free(p[0]);
	p[0] = hide(malloc(MIB(5)));
	after = get();
	CHECK(p[0] && after.n_large_takes - before.n_large_takes == 2);
	CHECK(after.n_kept_takes - before.n_kept_takes == 1, "not on the mapping that was kept");
	CHECK(after.n_large == before.n_large + 1);
	return 0;
}
