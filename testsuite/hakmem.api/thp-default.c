/* SPDX-License-Identifier: MIT */
/* thp:default: the kernel's own setting counts, nothing is asked of it. */
/* hak-conf: thp:default */
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
		*p = 1;
		if (i % (N / 10) != 0)
			continue;
		m = mapping_of(p);
		CHECK(!has_flag(&m, "hg") && !has_flag(&m, "nh"), "%s", m.flags);
	}
	p = malloc(MIB(64));
	CHECK(p);
	m = mapping_of(p);
	CHECK(!has_flag(&m, "hg") && !has_flag(&m, "nh"), "%s", m.flags);
	return 0;
}
