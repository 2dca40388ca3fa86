/* SPDX-License-Identifier: MIT */
/* hak-link: preload */
/* hak-opt: -O2 */
/* hak-timeout: 120 */
/* A pointer inside a live block freed, then a block of that size taken and kept: it does not overlap what lives. */
#include "fault.h"

static void commit(size_t size)
{
	char *p = block_of(size), *q;

	free(hide(p + 16));
	q = hide(malloc(size));
	CHECK(q && (q + size <= p || q >= p + size));
}

FAULTS({ "of 64", commit, 64, "pointer inside a block" },
       { "of 1024", commit, 1024, "pointer inside a block" },
       MID_SIZES("+16", commit, "pointer inside a block"),
       LARGE_SIZES("+16", commit, "pointer inside a block"))
