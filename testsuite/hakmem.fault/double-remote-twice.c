/* SPDX-License-Identifier: MIT */
/* hak-link: preload */
/* hak-opt: -O2 */
/* hak-timeout: 120 */
/* A block freed twice by threads that are not its owner: by two of them, and by one. */
#include "fault.h"

static void twice(void *p)
{
	free(p);
	free(hide(p));
}

static void by_two(size_t size)
{
	void *p = block_of(size);

	in_thread(free, p);
	in_thread(free, p);
}

static void by_one(size_t size)
{
	in_thread(twice, block_of(size));
}

FAULTS(DOUBLE_SIZES("by two others", by_two), DOUBLE_SIZES("twice by one other", by_one))
