/* SPDX-License-Identifier: MIT */
/* hak-link: shared */
/* limit:none: the container's files are not looked at; per cent are of the machine. */
#include "container.h"

int main(int argc, char **argv)
{
	(void)argc;
	if (!is_restarted()) {
		make_v2(MIB(20), MIB(10));
		restart_inside("limit:none,limit_hard:99%,purge_delay:100", argv);
	}
	CHECK(stats_now().limit_hard > MIB(20), "%zu", (size_t)stats_now().limit_hard);
	free_much(MIB(60));
	CHECK(wait_dirty_below(MIB(2), 20) < 20); /* so the purge thread was there */
	CHECK(stats_now().limit_from == 1);
	CHECK(stats_now().limit_soft > MIB(20));
	return 0;
}
