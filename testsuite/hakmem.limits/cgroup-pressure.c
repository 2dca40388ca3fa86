/* SPDX-License-Identifier: MIT */
/* hak-link: shared */
/* When memory.pressure says that tasks of the container wait for memory, all that is free goes back at once; a wait now
 * and then is not worth it. */
#include "container.h"

static void wait_little(void)
{
	write_file("root/memory.pressure", "some avg10=0.00 avg60=0.00 avg300=0.00 total=500\n"
		   "full avg10=0.00 avg60=0.00 avg300=0.00 total=0\n");
}

static void wait_long(void)
{
	write_file("root/memory.pressure", "some avg10=9.00 avg60=3.00 avg300=0.00 total=30000500\n"
		   "full avg10=0.00 avg60=0.00 avg300=0.00 total=30000000\n");
}

int main(int argc, char **argv)
{
	(void)argc;
	if (!is_restarted()) {
		make_v2(MIB(500), 0);
		restart_inside("purge_delay:-1,limit:cgroup,purge_thread:on", argv);
	}
	free_much(MIB(60));
	wait_for_soft();
	usleep(300000);
	wait_little();
	usleep(300000);
	CHECK(stats_now().dirty > MIB(40), "%zu dirty", (size_t)stats_now().dirty);
	check_follows(wait_long);
	return 0;
}
