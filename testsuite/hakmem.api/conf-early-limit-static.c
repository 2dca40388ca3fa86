/* SPDX-License-Identifier: MIT */
/* hak-link: static */
/* hak-skip-unless: test -f "$HAKMEM_A" */
/* hak-conf: limit_hard:32M */
/* limit_hard holds for blocks that are taken before any constructor has run, in a program linked with libhakmem.a. */
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
