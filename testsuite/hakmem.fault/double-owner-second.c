/* SPDX-License-Identifier: MIT */
/* hak-link: preload */
/* hak-opt: -O2 */
/* hak-timeout: 120 */
/* A block freed by another thread, then by its owner. */
#include "fault.h"

static void commit(size_t size)
{
	void *p = block_of(size);

	in_thread(free, p);
	free(hide(p));
}

FAULTS(DOUBLE_SIZES("freed again by its owner", commit))
