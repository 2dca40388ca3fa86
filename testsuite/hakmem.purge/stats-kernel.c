/* SPDX-License-Identifier: MIT */
/* hak-plain: debug: counts resident bytes */
/* hak-link: shared */
/* hak-conf: purge_thread:on */
/* hak-timeout: 60 */
/* What the statistics call resident is what the kernel does, within 2 %: at first, in the midst of work, after it,
 * at rest, trimmed, and where a program has not touched what it has. */
#include "stats.h"

static struct mixed mixed = { .random = 21 };

int main(void)
{
	struct hakmem_stats s;
	size_t i;
	void *p;

	check_stats("at the start");
	for (i = 0; i < 5; i++) {
		churn_mixed(&mixed, 6000);
		check_stats("at work");
	}
	p = malloc(MIB(64));
	CHECK(p);
	s = check_stats("untouched");
	CHECK(s.holes >= MIB(64));
	memset(p, 1, MIB(50));
	s = check_stats("mostly touched");
	CHECK(s.holes >= MIB(14) - KIB(8) && s.holes <= MIB(64));
	free(p);
	free_mixed(&mixed, 20);
	s = check_stats("freed but for one in 20");
	CHECK(s.dirty + s.slab_free > MIB(1));
	be_idle(4);
	s = check_stats("at rest");
	CHECK(s.dirty < MIB(1));
	hakmem_trim(0);
	s = check_stats("trimmed");
	CHECK(s.dirty == 0);
	churn_mixed(&mixed, 6000);
	check_stats("at work again");
	free_mixed(&mixed, 0);
	hakmem_trim(0);
	check_stats("nothing left");
	return 0;
}
