/* SPDX-License-Identifier: MIT */
/* hak-plain: expects the verdicts of other processes */
/* hak-link: preload */
/* hak-opt: -O2 */
/* hak-timeout: 120 */
/* A pointer inside a live block freed: told of in that call, so never handed out. */
#include "at-once.h"

static void *plus_8(size_t size)
{
	return (char *)block_of(size) + 8;
}

static void *plus_16(size_t size)
{
	return size > 16 ? (char *)block_of(size) + 16 : NULL;
}

static void *half(size_t size)
{
	return size > 16 ? (char *)block_of(size) + (size / 2 + 15) / 16 * 16 : NULL;
}

static void *last(size_t size)
{
	char *p = block_of(size);

	return size > 16 ? p + malloc_usable_size(p) - 16 : NULL;
}

static void *next_page(size_t size)
{
	return size > 4096 ? (char *)block_of(size) + 4096 : NULL;
}

WRONGS({ "+16", plus_16, by_free, INSIDE }, { "+8", plus_8, by_free, "(pointer inside a block|misaligned pointer)" },
       { "half", half, by_free, INSIDE }, { "the last 16 bytes", last, by_free, INSIDE },
       { "+4096", next_page, by_free, INSIDE })
