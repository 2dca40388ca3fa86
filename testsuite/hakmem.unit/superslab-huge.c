/* SPDX-License-Identifier: MIT */
/* Huge pages are asked for once enough slices are dense, other slices go elsewhere, and they are kept until too
 * much inside is free. */
#include "unit.h"

#include <sys/mman.h>

#include "conf/limits.h"
#include "conf/options.h"
#include "region/huge.h"
#include "region/superslab.h"

#define N 4000

static struct hak_slices dense[N];
static unsigned n_dense;

static struct hak_superslab_stats stats_now(void)
{
	struct hak_superslab_stats stats;

	CHECK(hak_superslab_check() == 0);
	hak_superslab_stats_get(&stats);
	return stats;
}

static void take_dense(unsigned n)
{
	while (n-- > 0) {
		CHECK(hak_superslab_take_dense(1, &dense[n_dense]));
		*dense[n_dense++].base = 1;
	}
}

static void give_dense(unsigned i)
{
	hak_superslab_give(dense[i].superslab, dense[i].base, 1);
	dense[i].superslab = NULL;
}

static bool is_huge(unsigned i)
{
	return hak_superslab_is_huge(dense[i].superslab);
}

/* The first of HAK_HUGE_SLICES slices on one huge page of the superslab of slice i. */
static unsigned huge_page_behind(unsigned i)
{
	while ((uintptr_t)dense[i].base % HAK_HUGE_SIZE != 0)
		i++;
	for (unsigned k = 0; k < HAK_HUGE_SLICES; k++)
		CHECK(dense[i + k].base == dense[i].base + k * HAK_SLICE_SIZE);
	return i;
}

static void check_asked(void)
{
	struct hak_slices sparse[50];

	take_dense((unsigned)hak_huge_least());
	for (unsigned i = 0; i < n_dense; i++)
		CHECK(!is_huge(i));
	take_dense(1);
	CHECK(is_huge(n_dense - 1));
	for (unsigned i = 0; i < N_OF(sparse); i++) {
		CHECK(hak_superslab_take(3, HAK_SLICE_SIZE, &sparse[i]));
		CHECK(!hak_superslab_is_huge(sparse[i].superslab));
	}
	for (unsigned i = 0; i < N_OF(sparse); i++)
		hak_superslab_give(sparse[i].superslab, sparse[i].base, 3);
	hak_superslab_purge(HAK_PURGE_ALL, SIZE_MAX);
	CHECK(stats_now().dirty == 0);
	take_dense(N - n_dense - 100);
}

/* A superslab without huge pages is for all slices again. */
static void check_open(void)
{
	static struct hak_slices sparse[N];
	struct hak_superslab *s;
	unsigned n = 0, i = n_dense / 2;
	size_t mapped;

	while (dense[i].superslab == NULL || !is_huge(i))
		i++;
	s = dense[i].superslab;
	give_dense(i);
	mapped = stats_now().mapped;
	hak_superslab_break(s);
	do {
		CHECK(n < N_OF(sparse) && hak_superslab_take(1, HAK_SLICE_SIZE, &sparse[n]));
		CHECK(stats_now().mapped == mapped);
	} while (sparse[n++].superslab != s);
	while (n-- > 0)
		hak_superslab_give(sparse[n].superslab, sparse[n].base, 1);
	hak_superslab_purge(HAK_PURGE_ALL, SIZE_MAX);
}

static void check_kept(void)
{
	unsigned last = n_dense - 600; /* in a superslab of the full size */
	unsigned i = huge_page_behind(last);

	/* A whole huge page goes back, and others stay. */
	for (unsigned k = 0; k < HAK_HUGE_SLICES; k++)
		give_dense(i + k);
	CHECK(hak_superslab_purge(HAK_PURGE_ALL, SIZE_MAX) == HAK_HUGE_SIZE);
	CHECK(is_huge(i - 1) && stats_now().dirty == 0);
	/* A slice stays, and so do holes, as long as they are few. */
	give_dense(i - 2);
	CHECK(hak_superslab_purge(HAK_PURGE_ALL, SIZE_MAX) == 0);
	CHECK(is_huge(i - 1) && stats_now().dirty == HAK_SLICE_SIZE);
	CHECK(hak_superslab_keep_holes(dense[i - 1].superslab, 0, 4096));
	CHECK(hak_superslab_keep_holes(dense[i - 1].superslab, 4096, 8192));
	CHECK(!hak_superslab_keep_holes(dense[i - 1].superslab, 8192, MIB(2)));
	CHECK(hak_superslab_keep_holes(dense[i - 1].superslab, 0, 4096));
	/* Too much: all of it goes. */
	for (unsigned k = 10; k < 40; k += 2)
		give_dense(i - k);
	CHECK(hak_superslab_purge(HAK_PURGE_ALL, SIZE_MAX) == 16 * HAK_SLICE_SIZE);
	CHECK(!is_huge(i - 1) && stats_now().dirty == 0);
	CHECK(!hak_superslab_keep_holes(dense[i - 1].superslab, 4096, 4096));
}

int main(void)
{
	hak_options.thp = HAK_THP_AUTO;
	if (madvise(mmap(NULL, HAK_HUGE_SIZE, PROT_READ, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0), HAK_HUGE_SIZE,
		    MADV_HUGEPAGE) != 0)
		UNSUPPORTED_BECAUSE("a kernel without transparent huge pages");
	check_asked();
	check_kept();
	check_open();
	for (unsigned i = 0; i < n_dense; i++)
		if (dense[i].superslab != NULL)
			give_dense(i);
	hak_superslab_purge(HAK_PURGE_ALL, SIZE_MAX);
	CHECK(stats_now().used == 0 && stats_now().dirty == 0 && stats_now().n_superslabs <= 1);
	return 0;
}
