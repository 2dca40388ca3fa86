/* SPDX-License-Identifier: MIT */
/* hak-link: preload */
/* hak-opt: -O2 */
/* hak-timeout: 120 */
/* A pointer 8 bytes into a live block. */
#include "fault.h"

static void commit(size_t size)
{
	free(hide((char *)block_of(size) + 8));
}

FAULTS(ALL_SIZES("+8", commit, "(pointer inside a block|misaligned pointer)"))
