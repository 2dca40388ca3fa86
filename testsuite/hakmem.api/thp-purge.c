/* SPDX-License-Identifier: MIT */
/* hak-plain: slabs have no huge pages */
/* Purging leaves huge pages whole while little is free in them, and gives everything back when it is much. */
#include "check.h"
#include "thp.h"

#define SIZE ((size_t)1024)
#define N (MIB(192) / SIZE)
#define GROUP 16 /* blocks: 16 KiB */

static char *blocks[N];

/* Frees the groups that n_th divides. */
static size_t free_groups(size_t n_th)
{
	size_t i, n = 0;

	for (i = 0; i < N; i++) {
		if (!blocks[i] || i / GROUP % n_th != 0)
			continue;
		free(blocks[i]);
		blocks[i] = NULL;
		n += SIZE;
	}
	return n;
}

int main(void)
{
	size_t huge, full, freed, i;
	struct mapping m;

	need_huge_pages();
	for (i = 0; i < N; i++) {
		blocks[i] = malloc(SIZE);
		CHECK(blocks[i]);
		memset(blocks[i], 1, SIZE);
	}
	huge = all_huge();
	CHECK(huge >= MIB(96), "%zu", huge);
	full = rss();

	freed = free_groups(200);
	malloc_trim(0);
	malloc_trim(0);
	CHECK(all_huge() >= huge, "%zu MiB of %zu left after %zu KiB were freed", all_huge() >> 20, huge >> 20, freed >> 10);

	freed += free_groups(2);
	for (i = 0; i < 4; i++)
		malloc_trim(0);
	CHECK(rss() + freed / 10 * 9 <= full, "RSS from %zu to %zu, %zu freed", full, rss(), freed);
	m = mapping_of(blocks[N - 1]);
	CHECK(has_flag(&m, "nh"), "%s", m.flags);
	for (i = 0; i < N; i++)
		CHECK(!blocks[i] || (blocks[i][0] == 1 && blocks[i][SIZE - 1] == 1));
	return 0;
}
