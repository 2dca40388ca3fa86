/* SPDX-License-Identifier: MIT */
/* hak-link: preload */
/* Started under `ulimit -v` 64 MiB: works, uses most of it, refuses with ENOMEM, recovers. */
#include "limit.h"

int main(int argc, char **argv)
{
	(void)argc;
	restart_under(RLIMIT_AS, MIB(64), argv);
	exhaust(MIB(64) / 4, 60000);
	return 0;
}
