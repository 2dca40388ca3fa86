/* SPDX-License-Identifier: MIT */
/* hak-link: shared */
/* No option asks for it: the container's files are not looked at, neither at the start nor later. One that does may be
 * set while the program runs. */
#include "container.h"
#include <hakmem.h>

int main(int argc, char **argv)
{
	(void)argc;
	if (!is_restarted()) {
		make_v2(MIB(100), MIB(50));
		restart_inside("limit_hard:60M,purge_delay:100", argv);
	}
	CHECK(stats_now().limit_hard == MIB(60) && stats_now().limit_from == 1);
	free_much(MIB(40));
	usleep(500000);
	malloc_trim(0);
	CHECK(stats_now().limit_hard == MIB(60) && stats_now().limit_from == 1);
	CHECK(hakmem_option_set("limit_hard", "70%") == 0);
	CHECK(stats_now().limit_hard / 1024 == MIB(70) / 1024 && stats_now().limit_from == 3);
	CHECK(hakmem_option_set("limit_hard", "off") == 0);
	return 0;
}
