/* SPDX-License-Identifier: MIT */
/* Runs that are freed count as whole slices, and may take what is held above a hard limit: these slices are purged before
 * they are used again, not written to all of them. */
#include "unit.h"
#include "conf/options.h"
#include "mid/run.h"
#include "region/limit.h"

#define LIMIT MIB(64)
#define N 1000

static void *runs[N];

static size_t take_all(size_t size)
{
	size_t n = 0;
	bool is_clean;

	while (n < N && (runs[n] = hak_run_take(size, HAK_ALIGNMENT, &is_clean)) != NULL)
		memset(runs[n++], 1, size);
	return n;
}

int main(void)
{
	size_t n;

	hak_options.purge_delay = -1;
	hak_options.limit_hard = LIMIT;
	hak_limit_change();
	CHECK(hak_limit_is_hard());
	/* A third slice of each holds little more than nothing. */
	n = take_all(2 * 65536 + 4096);
	CHECK(n < N && n * 2 * 65536 > LIMIT / 2);
	CHECK(hak_limit_held() <= LIMIT);
	for (size_t i = 0; i < n; i++)
		CHECK(hak_run_give(hak_registry_find(runs[i]), runs[i]));
	n = take_all(MIB(1));
	CHECK(n * MIB(1) <= LIMIT && n * MIB(1) > LIMIT / 2, "%zu MiB taken", n);
	CHECK(hak_limit_held() <= LIMIT, "%zu held", (size_t)hak_limit_held());
	return 0;
}
