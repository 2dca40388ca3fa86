/* SPDX-License-Identifier: MIT */
/* hak-plain: slabs have no huge pages */
/* thp:always: superslabs and large mappings ask for huge pages at once; holes do not break them. */
/* hak-conf: thp:always */
#include "check.h"
#include "thp.h"

int main(void)
{
	static char *blocks[6000];
	char *small, *large;
	struct mapping m;
	size_t i, before;

	need_huge_pages();
	small = malloc(100);
	large = malloc(MIB(8));
	CHECK(small && large);
	memset(small, 1, 100);
	memset(large, 1, MIB(8));
	m = mapping_of(small);
	CHECK(has_flag(&m, "hg"), "%s", m.flags);
	m = mapping_of(large + MIB(4));
	CHECK(has_flag(&m, "hg"), "%s", m.flags);
	CHECK(m.huge >= HUGE, "%zu", m.huge);

	for (i = 0; i < N_OF(blocks); i++) {
		blocks[i] = malloc(2000);
		CHECK(blocks[i]);
		memset(blocks[i], 1, 2000);
	}
	before = mapping_of(blocks[N_OF(blocks) / 2]).huge;
	CHECK(before >= HUGE, "%zu", before);
	for (i = 0; i < N_OF(blocks); i++)
		if (i % 20 != 0)
			free(blocks[i]);
	malloc_trim(0);
	CHECK(mapping_of(blocks[N_OF(blocks) / 2 / 20 * 20]).huge >= before, "%zu", before);
	return 0;
}
