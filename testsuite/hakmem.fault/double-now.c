/* SPDX-License-Identifier: MIT */
/* hak-link: preload */
/* hak-opt: -O2 */
/* hak-timeout: 120 */
/* A block freed twice in a row. */
#include "fault.h"

static void commit(size_t size)
{
	void *p = block_of(size);

	free(p);
	free(hide(p));
}

FAULTS(DOUBLE_SIZES("double free", commit))
