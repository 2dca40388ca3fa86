/* SPDX-License-Identifier: MIT */
/* thp:never: no superslab and no large mapping has huge pages, however large the heap. */
/* hak-conf: thp:never */
#include "check.h"
#include "thp.h"

#define SIZE ((size_t)64)
#define N (MIB(100) / SIZE)

int main(void)
{
	struct mapping m;
	char *p = NULL;
	size_t i;

	need_huge_pages();
	for (i = 0; i < N; i++) {
		p = malloc(SIZE);
		CHECK(p);
		memset(p, 1, SIZE);
		if (i % (N / 10) != 0)
			continue;
		m = mapping_of(p);
		CHECK(has_flag(&m, "nh") && !has_flag(&m, "hg"), "%s", m.flags);
	}
	p = malloc(MIB(64));
	CHECK(p);
	memset(p, 1, MIB(64));
	m = mapping_of(p + MIB(32));
	CHECK(has_flag(&m, "nh") && m.huge == 0, "%s, %zu", m.flags, m.huge);
	CHECK(mapping_of(hide(malloc(SIZE))).huge == 0);
	return 0;
}
