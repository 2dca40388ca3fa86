/* SPDX-License-Identifier: MIT */
/* hak-link: preload */
/* hak-opt: -O2 */
/* hak-timeout: 120 */
/* A live block's address, off by 1 to 15, freed: told of in that call. */
#include "at-once.h"

static void *off_1(size_t size) { return (char *)block_of(size) + 1; }
static void *off_2(size_t size) { return (char *)block_of(size) + 2; }
static void *off_3(size_t size) { return (char *)block_of(size) + 3; }
static void *off_4(size_t size) { return (char *)block_of(size) + 4; }
static void *off_7(size_t size) { return (char *)block_of(size) + 7; }
static void *off_9(size_t size) { return (char *)block_of(size) + 9; }
static void *off_12(size_t size) { return (char *)block_of(size) + 12; }
static void *off_15(size_t size) { return (char *)block_of(size) + 15; }

static void *last_byte(size_t size)
{
	char *p = block_of(size);

	return p + malloc_usable_size(p) - 1;
}

#define BAD "misaligned pointer"

WRONGS({ "+1", off_1, by_free, BAD }, { "+2", off_2, by_free, BAD }, { "+3", off_3, by_free, BAD },
       { "+4", off_4, by_free, BAD }, { "+7", off_7, by_free, BAD }, { "+9", off_9, by_free, BAD },
       { "+12", off_12, by_free, BAD }, { "+15", off_15, by_free, BAD },
       { "its last byte", last_byte, by_free, BAD })
