/* SPDX-License-Identifier: MIT */
/* hak-plain: debug: verdicts have more lines */
/* hak-link: shared */
/* hak-opt: -O2 */
/* hak-timeout: 120 */
/* free_sized() of what is no live block, with the size that fits: told of in that call. */
#include "at-once.h"

void free_sized(void *ptr, size_t size);

static char global[256] __attribute__((aligned(64)));

static void *freed(size_t size)
{
	void *p = block_of(size), *other = block_of(size);

	free_sized(p, size);
	free_sized(other, size);
	return p;
}

static void *plus_16(size_t size)
{
	return size > 16 ? (char *)block_of(size) + 16 : NULL;
}

static void *plus_1(size_t size)
{
	return (char *)block_of(size) + 1;
}

static void *foreign(size_t size)
{
	return global + size % 64;
}

static void give(void *p, size_t size)
{
	WRONG("free_sized", p, free_sized(hide(p), hide_n(size)));
}

WRONGS({ "freed", freed, give, DOUBLE_LARGE }, { "+16", plus_16, give, INSIDE },
       { "+1", plus_1, give, "misaligned pointer" }, { "a global", foreign, give, NOT_OURS })
