/* SPDX-License-Identifier: MIT */
/* hak-link: preload */
/* hak-opt: -O2 */
/* hak-timeout: 120 */
/* A pointer inside a block that is free already. */
#include "fault.h"

static void commit(size_t size)
{
	char *p = block_of(size);

	free(p);
	free(hide(p + 16));
}

#define ANY "(pointer inside a block|double free|pointer into a free slab|not a block of ours)"

FAULTS({ "of 64", commit, 64, ANY }, { "of 1024", commit, 1024, ANY }, MID_SIZES("free", commit, ANY),
       LARGE_SIZES("free", commit, ANY))
