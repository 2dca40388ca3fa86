/* SPDX-License-Identifier: MIT */
/* hak-plain: slabs have no huge pages */
/* hak-link: shared */
/* thp can be changed at run time, and counts for what is mapped from then on. */
#include "check.h"
#include "thp.h"
#include <hakmem.h>

static struct mapping after(const char *value)
{
	char *p;

	CHECK(hakmem_option_set("thp", value) == 0);
	p = malloc(MIB(40));
	CHECK(p);
	return mapping_of(p + MIB(20));
}

int main(void)
{
	struct mapping m;

	need_huge_pages();
	m = after("always");
	CHECK(has_flag(&m, "hg"), "%s", m.flags);
	m = after("never");
	CHECK(has_flag(&m, "nh"), "%s", m.flags);
	m = after("auto"); /* a large block: who knows how much of it is ever touched */
	CHECK(!has_flag(&m, "hg") && !has_flag(&m, "nh"), "%s", m.flags);
	m = after("default");
	CHECK(!has_flag(&m, "hg") && !has_flag(&m, "nh"), "%s", m.flags);
	CHECK(hakmem_option_set("thp", "yes") != 0);
	return 0;
}
