/* SPDX-License-Identifier: MIT */
/* Under purge_lazy free slices become lazy, not clean: taken again they count as used and are not given out as
 * zeroed; a purge of everything gives them back for good. */
#include "unit.h"
#include "conf/limits.h"
#include "conf/options.h"
#include "region/superslab.h"

#define N 64 /* slices: 4 MiB, the first superslab */

static struct hak_superslab_stats get(void)
{
	struct hak_superslab_stats stats;

	CHECK(hak_superslab_check() == 0);
	hak_superslab_stats_get(&stats);
	return stats;
}

static void give(struct hak_slices *s)
{
	memset(s->base, 0x5a, s->n * HAK_SLICE_SIZE);
	hak_superslab_give(s->superslab, s->base, s->n);
}

int main(void)
{
	size_t size = (N - 1) * HAK_SLICE_SIZE;
	struct hak_slices all, one;

	hak_options.purge_lazy = 1;
	CHECK(hak_superslab_take(1, HAK_SLICE_SIZE, &one)); /* keeps the superslab */
	CHECK(hak_superslab_take(N - 1, HAK_SLICE_SIZE, &all) && all.is_clean);
	give(&all);
	CHECK(get().dirty == size && get().lazy == 0);
	CHECK(hak_superslab_purge(HAK_PURGE_AGED, SIZE_MAX) == 0); /* not aged yet */
	CHECK(get().dirty == size && get().lazy == 0);
	hak_superslab_age();
	/* No more than asked for, but for the last piece. */
	CHECK(hak_superslab_purge(HAK_PURGE_AGED, 1) == HAK_PURGE_PIECE * HAK_SLICE_SIZE);
	CHECK(hak_superslab_purge(HAK_PURGE_AGED, SIZE_MAX) == size - HAK_PURGE_PIECE * HAK_SLICE_SIZE);
	CHECK(get().dirty == 0 && get().lazy == size);
	CHECK(hak_superslab_purge(HAK_PURGE_SLACK, SIZE_MAX) == 0); /* once is enough */

	CHECK(hak_superslab_take(N / 2, HAK_SLICE_SIZE, &all) && !all.is_clean);
	CHECK(get().dirty == 0 && get().lazy == size - N / 2 * HAK_SLICE_SIZE);
	CHECK(get().used == (N / 2 + 1) * HAK_SLICE_SIZE);
	give(&all);
	CHECK(get().dirty == N / 2 * HAK_SLICE_SIZE);

	CHECK(hak_superslab_purge(HAK_PURGE_ALL, SIZE_MAX) == size);
	CHECK(get().dirty == 0 && get().lazy == 0);
	CHECK(hak_superslab_take(N - 1, HAK_SLICE_SIZE, &all) && all.is_clean);
	CHECK(zeroed(all.base, size) == size);
	return 0;
}
