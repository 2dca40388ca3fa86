/* SPDX-License-Identifier: MIT */
/* hak-link: preload */
/* RLIMIT_AS with large blocks: as many as fit, each refusal with ENOMEM, all of it back again. */
#include "limit.h"

int main(int argc, char **argv)
{
	(void)argc;
	restart_under(RLIMIT_AS, MIB(400), argv);
	exhaust(MIB(200), MIB(20));
	return 0;
}
