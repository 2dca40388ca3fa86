/* SPDX-License-Identifier: MIT */
/* hak-link: preload */
/* hak-opt: -O2 */
/* hak-timeout: 120 */
/* A pointer that no block can have: odd, or off by 1, 2, 4 and 7 bytes. */
#include "fault.h"

static void off_1(size_t size) { free(hide((char *)block_of(size) + 1)); }
static void off_2(size_t size) { free(hide((char *)block_of(size) + 2)); }
static void off_4(size_t size) { free(hide((char *)block_of(size) + 4)); }
static void off_7(size_t size) { free(hide((char *)block_of(size) + 7)); }

static void off_1_remote(size_t size)
{
	in_thread(free, (char *)block_of(size) + 1);
}

#define BAD "misaligned pointer"

FAULTS(ALL_SIZES("+1", off_1, BAD), { "+2", off_2, 64, BAD }, { "+4", off_4, 500, BAD },
       { "+4", off_4, MIB(8), BAD }, { "+7", off_7, 64, BAD },
       { "+1 by another thread", off_1_remote, 64, BAD },
       { "+1 by another thread", off_1_remote, KIB(300), BAD })
