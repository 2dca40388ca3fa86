/* SPDX-License-Identifier: MIT */
/* hak-link: shared */
/* With limit:cgroup the soft limit is nine tenths of the lowest of memory.max and memory.high, from the start; the hard
 * limit is just below memory.max. */
#include "container.h"

int main(int argc, char **argv)
{
	struct chain *chain = NULL;
	size_t i;

	(void)argc;
	if (!is_restarted()) {
		make_v2(MIB(800), MIB(100));
		restart_inside("purge_delay:-1,limit:cgroup,purge_thread:on", argv);
	}
	CHECK(stats_now().limit_soft / 1024 == MIB(90) / 1024, "%zu", (size_t)stats_now().limit_soft);
	CHECK(stats_now().limit_hard == MIB(775) && stats_now().limit_from == 2);
	/* Beyond it, free memory does not stay. */
	free_much(MIB(120));
	CHECK(wait_dirty_below(MIB(95), 20) < 10);
	for (i = 0; i < 300; i++) {
		struct chain *p = malloc(MIB(1));

		CHECK(p);
		p->next = chain;
		chain = p;
	}
	free_all(chain);
	return 0;
}
