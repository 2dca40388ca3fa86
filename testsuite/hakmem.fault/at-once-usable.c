/* SPDX-License-Identifier: MIT */
/* hak-plain: debug: verdicts have more lines */
/* hak-link: preload */
/* hak-opt: -O2 */
/* hak-timeout: 120 */
/* malloc_usable_size() of what is no live block: told of in that call. */
#include "at-once.h"

static void *freed(size_t size)
{
	void *p = block_of(size);

	free(p);
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

WRONGS({ "freed", freed, by_usable_size, DOUBLE_LARGE }, { "+16", plus_16, by_usable_size, INSIDE },
       { "+1", plus_1, by_usable_size, "misaligned pointer" })
