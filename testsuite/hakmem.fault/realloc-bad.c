/* SPDX-License-Identifier: MIT */
/* hak-link: preload */
/* hak-opt: -O2 */
/* hak-timeout: 120 */
/* realloc() of what is no live block: freed, interior, foreign, wild. */
#include "fault.h"

static char global[256] __attribute__((aligned(64)));

static void freed(size_t size)
{
	void *p = block_of(size);

	free(p);
	p = hide(realloc(hide(p), size * 2));
}

static void inside(size_t size)
{
	char *p = block_of(size);

	p = hide(realloc(hide(p + 16), size));
}

static void misaligned(size_t size)
{
	char *p = block_of(size);

	p = hide(realloc(hide(p + 1), size * 2));
}

static void foreign(size_t size)
{
	void *p = hide(realloc(hide(global), size));

	(void)p;
}

static void wild(size_t size)
{
	void *p = hide(realloc(hide((void *)(uintptr_t)0x4141414141414140), size));

	(void)p;
}

#define INSIDE "pointer inside a block"

FAULTS(DOUBLE_SIZES("freed", freed), { "inside 64", inside, 64, INSIDE },
       { "inside 1024", inside, 1024, INSIDE }, MID_SIZES("inside", inside, INSIDE),
       LARGE_SIZES("inside", inside, INSIDE), ALL_SIZES("misaligned", misaligned, "misaligned pointer"),
       { "global", foreign, 64, "not a block of ours" }, { "wild", wild, 64, "not a block of ours" })
