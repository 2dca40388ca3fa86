/* SPDX-License-Identifier: MIT */
/* hak-link: preload */
/* hak-opt: -O2 */
/* hak-timeout: 120 */
/* A block whose owner is dead, freed twice: by one thread and by two. */
#include "fault.h"

static void *p;

static void allocate(void *size)
{
	p = block_of((size_t)size);
}

static void by_one(size_t size)
{
	in_thread(allocate, (void *)size);
	free(p);
	free(hide(p));
}

static void by_two(size_t size)
{
	in_thread(allocate, (void *)size);
	in_thread(free, p);
	free(hide(p));
}

FAULTS(DOUBLE_SIZES("owner dead, one frees", by_one), DOUBLE_SIZES("owner dead, two free", by_two))
