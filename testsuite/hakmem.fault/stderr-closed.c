/* SPDX-License-Identifier: MIT */
/* hak-link: preload */
/* hak-exit: signal ABRT */
/* With stderr closed a bad free still ends in abort(), and nothing is written elsewhere. */
#include "check.h"

int main(void)
{
	char *p = hide(malloc(64));
	int fds[2];

	CHECK(p);
	CHECK(pipe(fds) == 0);
	close(2);
	free(hide(p + 16));
	return 0;
}
