/* SPDX-License-Identifier: MIT */
/* hak-link: preload */
/* hak-opt: -O2 */
/* hak-timeout: 120 */
/* malloc_usable_size() of what is no block: interior, foreign, wild. */
#include "fault.h"

static char global[256] __attribute__((aligned(64)));
static volatile size_t sink;

static void inside(size_t size)
{
	sink = malloc_usable_size(hide((char *)block_of(size) + 16));
}

static void foreign(size_t size)
{
	(void)size;
	sink = malloc_usable_size(hide(global));
}

static void wild(size_t size)
{
	(void)size;
	sink = malloc_usable_size(hide((void *)(uintptr_t)0x4141414141414140));
}

FAULTS({ "inside 64", inside, 64, "pointer inside a block" },
       { "inside 300 KiB", inside, KIB(300), "pointer inside a block" },
       { "inside 8 MiB", inside, MIB(8), "pointer inside a block" },
       { "global", foreign, 64, "not a block of ours" }, { "wild", wild, 64, "not a block of ours" })
