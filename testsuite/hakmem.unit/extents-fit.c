/* SPDX-License-Identifier: MIT */
/* A hole that just fits is found, of whatever length. */
#include "unit.h"

#include "conf/limits.h"
#include "conf/options.h"
#include "region/superslab.h"

#define N 400

static struct hak_superslab_stats stats_now(void)
{
	struct hak_superslab_stats stats;

	CHECK(hak_superslab_check() == 0);
	hak_superslab_stats_get(&stats);
	return stats;
}

/* Takes runs of n slices until superslabs of the full size are cut up, frees every other one, and takes as many again. */
static void check(size_t n)
{
	static struct hak_slices runs[N];
	size_t mapped;

	for (unsigned i = 0; i < N; i++)
		CHECK(hak_superslab_take(n, HAK_SLICE_SIZE, &runs[i]));
	mapped = stats_now().mapped;
	for (unsigned i = 0; i < N; i += 2)
		hak_superslab_give(runs[i].superslab, runs[i].base, n);
	for (unsigned i = 0; i < N; i += 2)
		CHECK(hak_superslab_take(n, HAK_SLICE_SIZE, &runs[i]));
	CHECK(stats_now().mapped == mapped);
	for (unsigned i = 0; i < N; i++)
		hak_superslab_give(runs[i].superslab, runs[i].base, n);
	hak_superslab_purge(HAK_PURGE_ALL, SIZE_MAX);
}

int main(void)
{
	hak_options.purge_delay = -1;
	for (size_t n = 1; n <= HAK_RUN_MAX / HAK_SLICE_SIZE; n = n < 20 ? n + 1 : n * 5 / 4)
		check(n);
	return 0;
}
