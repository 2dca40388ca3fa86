/* SPDX-License-Identifier: MIT */
/* hak-plain: slabs have no huge pages */
/* By default a small heap has no huge pages and a large one of small blocks has, and they waste less than 1/16. */
#include "check.h"
#include "thp.h"

#define SIZE ((size_t)256)
#define N_SMALL (MIB(16) / SIZE)
#define N (MIB(192) / SIZE)

static char *blocks[N];

static void fill_from(size_t from, size_t to)
{
	size_t i;

	for (i = from; i < to; i++) {
		blocks[i] = malloc(SIZE);
		CHECK(blocks[i]);
		memset(blocks[i], 1, SIZE);
	}
}

int main(void)
{
	struct mapping m;
	size_t base, full, i;

	need_huge_pages();
	memset(blocks, 1, sizeof(blocks));
	base = rss();
	fill_from(0, N_SMALL);
	for (i = 0; i < N_SMALL; i += N_SMALL / 10) {
		m = mapping_of(blocks[i]);
		CHECK(!has_flag(&m, "hg"), "%s", m.flags);
	}
	fill_from(N_SMALL, N);
	m = mapping_of(blocks[N - 1]);
	CHECK(has_flag(&m, "hg"), "%s", m.flags);
	CHECK(all_huge() >= MIB(96), "%zu", all_huge());
	full = rss() - base;
	CHECK(full <= N * SIZE / 16 * 17, "%zu resident for %zu", full, N * SIZE);
	for (i = 0; i < N; i++)
		free(blocks[i]);
	malloc_trim(0);
	CHECK(rss() <= base + MIB(4), "RSS from %zu to %zu", base, rss());
	return 0;
}
