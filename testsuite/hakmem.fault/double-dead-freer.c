/* SPDX-License-Identifier: MIT */
/* hak-link: preload */
/* hak-opt: -O2 */
/* hak-timeout: 120 */
/* A block freed by its owner, which then dies; freed again by another thread. */
#include "fault.h"

static void *p;

static void allocate_and_free(void *size)
{
	p = block_of((size_t)size);
	free(p);
}

static void commit(size_t size)
{
	in_thread(allocate_and_free, (void *)size);
	free(hide(p));
}

FAULTS(DOUBLE_SIZES("owner freed it and died", commit))
