/* SPDX-License-Identifier: MIT */
/* hak-link: preload */
/* hak-opt: -O2 */
/* hak-timeout: 120 */
/*
 * A pointer inside a live block freed, then a block of that size taken and kept. With cache_cap:0 each free
 * is checked at once, so what is taken does not overlap what lives.
 */
#define MORE_CONF ",cache_cap:0"
#include "fault.h"

static void commit(size_t size)
{
	char *p = block_of(size), *q;

	free(hide(p + 16));
	q = hide(malloc(size));
	CHECK(q);
}

FAULTS({ "of 64", commit, 64, "pointer inside a block" },
       { "of 1024", commit, 1024, "pointer inside a block" },
       MID_SIZES("+16", commit, "pointer inside a block"),
       LARGE_SIZES("+16", commit, "pointer inside a block"))
