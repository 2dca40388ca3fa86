/* SPDX-License-Identifier: MIT */
/* hak-link: preload */
/* stats:exit writes the statistics to stderr when the program ends. */
/* hak-conf: stats:exit */
/* hak-stderr: [Aa]llocated.*[0-9] */
#include "check.h"

int main(void)
{
	CHECK(hide(malloc(100)));
	return 0;
}
