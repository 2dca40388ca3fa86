/* SPDX-License-Identifier: MIT */
/* hak-link: shared */
/* limit:cgroup: allocations are refused just below the lowest memory.max, from the start. */
#include "container.h"

int main(int argc, char **argv)
{
	(void)argc;
	if (!is_restarted()) {
		make_v2(MIB(128), MIB(1000));
		restart_inside("limit:cgroup", argv);
	}
	CHECK(stats_now().limit_hard == MIB(124), "%zu", (size_t)stats_now().limit_hard);
	check_rounds(malloc, 3000, MIB(124));
	check_rounds(malloc, 300000, MIB(124));
	CHECK(stats_now().limit_from == 2);
	return 0;
}
