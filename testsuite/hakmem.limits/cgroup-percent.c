/* SPDX-License-Identifier: MIT */
/* hak-link: shared */
/* Per cent are of the container's memory.max, not of its memory.high and not of the machine. */
#include "container.h"

int main(int argc, char **argv)
{
	(void)argc;
	if (!is_restarted()) {
		make_v2(MIB(200), MIB(150));
		restart_inside("limit_hard:50%,limit_soft:25%", argv);
	}
	CHECK(stats_now().limit_hard / 1024 == MIB(100) / 1024, "%zu", (size_t)stats_now().limit_hard);
	CHECK(stats_now().limit_soft / 1024 == MIB(50) / 1024, "%zu", (size_t)stats_now().limit_soft);
	CHECK(stats_now().limit_from == 3);
	return 0;
}
