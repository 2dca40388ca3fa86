/* SPDX-License-Identifier: MIT */
/* hak-plain: debug: verdicts have more lines */
/* hak-link: preload */
/* hak-opt: -O2 */
/* hak-timeout: 120 */
/* realloc() of a pointer inside a block: told of in that call. */
#include "at-once.h"

static void *plus_16(size_t size)
{
	return size > 16 ? (char *)block_of(size) + 16 : NULL;
}

static void *plus_1(size_t size)
{
	return (char *)block_of(size) + 1;
}

WRONGS({ "+16", plus_16, by_realloc, INSIDE }, { "+16, to grow", plus_16, by_realloc_growing, INSIDE },
       { "+16, to 0", plus_16, by_realloc_zero, INSIDE }, { "+16, as an array", plus_16, by_reallocarray, INSIDE },
       { "+1", plus_1, by_realloc, "misaligned pointer" },
       { "+1, to 0", plus_1, by_realloc_zero, "misaligned pointer" })
