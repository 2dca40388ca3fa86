/* SPDX-License-Identifier: MIT */
/* hak-link: preload */
/* hak-opt: -O2 */
/* hak-timeout: 120 */
/* A pointer inside a live block, freed by a thread that does not own it. */
#include "fault.h"

static void commit(size_t size)
{
	in_thread(free, (char *)block_of(size) + 16);
}

FAULTS({ "of 64", commit, 64, "pointer inside a block" }, { "of 500", commit, 500, "pointer inside a block" },
       { "of 1024", commit, 1024, "pointer inside a block" },
       MID_SIZES("+16", commit, "pointer inside a block"),
       LARGE_SIZES("+16", commit, "pointer inside a block"))
