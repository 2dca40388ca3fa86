/* SPDX-License-Identifier: MIT */
/* hak-link: preload */
/* Started under `ulimit -v` 512 MiB: works, uses most of it, refuses with ENOMEM, recovers. */
#include "limit.h"

int main(int argc, char **argv)
{
	(void)argc;
	restart_under(RLIMIT_AS, MIB(512), argv);
	exhaust(MIB(512) / 2, 60000);
	return 0;
}
