/* SPDX-License-Identifier: MIT */
/* hak-link: shared */
/* limit:cgroup with version 1's files; and its failcnt is followed. */
#include "container.h"

static void hit_limit(void)
{
	write_file("root/memory/memory.failcnt", "3\n");
}

int main(int argc, char **argv)
{
	(void)argc;
	if (!is_restarted()) {
		make_v1(MIB(300));
		restart_inside("purge_delay:-1,limit:cgroup,purge_thread:on", argv);
	}
	check_follows(hit_limit);
	CHECK(stats_now().limit_soft / 1024 == (MIB(300) - MIB(300) / 32) / 10 * 9 / 1024, "%zu", (size_t)stats_now().limit_soft);
	return 0;
}
