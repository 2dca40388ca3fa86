/* SPDX-License-Identifier: MIT */
/* hak-link: preload */
/* hak-conf: limit_hard:32M */
/* limit_hard holds for blocks that are taken before any constructor has run. */
#include "early.h"

static void early(void)
{
	CHECK(hide(malloc(100)));
	CHECK_ENOMEM(malloc(MIB(64)));
}

int main(void)
{
	check_early();
	CHECK_ENOMEM(malloc(MIB(64)));
	return 0;
}
