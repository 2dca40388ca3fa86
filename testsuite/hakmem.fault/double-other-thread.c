/* SPDX-License-Identifier: MIT */
/* hak-link: preload */
/* hak-opt: -O2 */
/* hak-timeout: 120 */
/* A block freed by its owner, then by another thread, which lives on or ends. */
#include "fault.h"

static void commit(size_t size)
{
	void *p = block_of(size);

	free(p);
	in_thread(free, p);
}

FAULTS(DOUBLE_SIZES("freed again by another thread", commit))
