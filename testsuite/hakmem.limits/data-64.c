/* SPDX-License-Identifier: MIT */
/* hak-plain: debug: counts memory, of which records take most */
/* hak-link: preload */
/* Started under RLIMIT_DATA 64 MiB (it counts all private writable mappings): works and recovers. */
#include "limit.h"

int main(int argc, char **argv)
{
	(void)argc;
	restart_under(RLIMIT_DATA, MIB(64), argv);
	exhaust(MIB(64) / 4, 60000);
	return 0;
}
