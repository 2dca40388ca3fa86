/* SPDX-License-Identifier: MIT */
/* hak-link: shared */
/* When memory.events says that the limit was hit, all that is free goes back at once. */
#include "container.h"

static void hit_high(void)
{
	write_file("root/memory.events", "low 0\nhigh 1\nmax 0\noom 0\noom_kill 0\noom_group_kill 0\n");
}

static void hit_max(void)
{
	write_file("root/memory.events", "low 0\nhigh 1\nmax 123\noom 0\noom_kill 0\noom_group_kill 0\n");
}

int main(int argc, char **argv)
{
	(void)argc;
	if (!is_restarted()) {
		make_v2(0, MIB(500));
		restart_inside("purge_delay:-1,limit:cgroup,purge_thread:on", argv);
	}
	check_follows(hit_high);
	check_follows(hit_max);
	return 0;
}
