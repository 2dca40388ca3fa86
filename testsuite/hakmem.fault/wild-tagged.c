/* SPDX-License-Identifier: MIT */
/* hak-link: preload */
/* hak-opt: -O2 */
/* hak-timeout: 120 */
/* A live block's address with one high bit flipped is not that block. */
#include "fault.h"

static void flip(unsigned bit, size_t size)
{
	free(hide((void *)((uintptr_t)block_of(size) ^ (uintptr_t)1 << bit)));
}

static void bit_63(size_t size) { flip(63, size); }
static void bit_56(size_t size) { flip(56, size); }
static void bit_48(size_t size) { flip(48, size); }
static void bit_47(size_t size) { flip(47, size); }
static void bit_46(size_t size) { flip(46, size); }
static void bit_40(size_t size) { flip(40, size); }

#define BAD "not a block of ours"
#define FLIPPED(size) \
	{ "bit 63 of " #size, bit_63, size, BAD }, { "bit 56 of " #size, bit_56, size, BAD }, \
	{ "bit 48 of " #size, bit_48, size, BAD }, { "bit 47 of " #size, bit_47, size, BAD }, \
	{ "bit 46 of " #size, bit_46, size, BAD }, { "bit 40 of " #size, bit_40, size, BAD }

const struct fault faults[] = { FLIPPED(64), FLIPPED(40960), FLIPPED(8388608) };
const size_t n_faults = N_OF(faults);

int main(int argc, char **argv)
{
	if (sizeof(void *) < 8)
		UNSUPPORTED_BECAUSE("addresses have no bit to spare here");
	return run_faults(argc, argv);
}
