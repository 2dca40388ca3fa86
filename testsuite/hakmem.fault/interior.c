/* SPDX-License-Identifier: MIT */
/* hak-link: preload */
/* hak-opt: -O2 */
/* hak-timeout: 120 */
/* A pointer inside a live block: 16 and 32 bytes in, in the middle, at its last 16 bytes. */
#include "fault.h"

#define INSIDE "pointer inside a block"

static void in_16(size_t size)
{
	free(hide((char *)block_of(size) + 16));
}

static void in_half(size_t size)
{
	free(hide((char *)block_of(size) + (size / 2 + 15) / 16 * 16));
}

static void in_last(size_t size)
{
	free(hide((char *)block_of(size) + (size - 1) / 16 * 16));
}

static void in_page(size_t size)
{
	free(hide((char *)block_of(size) + 4096));
}

static void in_slice(size_t size)
{
	free(hide((char *)block_of(size) + 65536));
}

static void in_mebi(size_t size)
{
	free(hide((char *)block_of(size) + MIB(2)));
}

FAULTS({ "+16 of 64", in_16, 64, INSIDE }, { "+16 of 500", in_16, 500, INSIDE },
       { "+16 of 1024", in_16, 1024, INSIDE }, MID_SIZES("+16", in_16, INSIDE),
       LARGE_SIZES("+16", in_16, INSIDE), { "half of 64", in_half, 64, INSIDE },
       { "half of 500", in_half, 500, INSIDE }, { "half of 1024", in_half, 1024, INSIDE },
       MID_SIZES("half", in_half, INSIDE), LARGE_SIZES("half", in_half, INSIDE),
       { "end of 64", in_last, 64, INSIDE }, { "end of 1000", in_last, 1000, INSIDE },
       MID_SIZES("end", in_last, INSIDE), LARGE_SIZES("end", in_last, INSIDE),
       { "page of 40 KiB", in_page, KIB(40), INSIDE }, { "page of 300 KiB", in_page, KIB(300), INSIDE },
       { "page of 8 MiB", in_page, MIB(8), INSIDE }, { "64 KiB into 200000", in_slice, 200000, INSIDE },
       { "64 KiB into 300 KiB", in_slice, KIB(300), INSIDE },
       { "64 KiB into 8 MiB", in_slice, MIB(8), INSIDE }, { "2 MiB into 8 MiB", in_mebi, MIB(8), INSIDE })
