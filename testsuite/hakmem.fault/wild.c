/* SPDX-License-Identifier: MIT */
/* hak-link: preload */
/* hak-opt: -O2 */
/* hak-timeout: 120 */
/* Addresses that cannot be: small, kernel, non-canonical, the last bytes of all. */
#include "fault.h"

static void commit(size_t address)
{
	free(hide((void *)address));
	/* For the rest of the frame size is a block size; the process ends here. */
	end_behind_fault();
}

#define BAD "(not a block of ours|misaligned pointer)"
#define WILD(address) { #address, commit, address, BAD }

#if UINTPTR_MAX > UINT32_MAX
#define HIGH \
	WILD((size_t)1 << 40), WILD(0x00007fffffffe000), WILD(0x00007ffffffffff0), WILD(0x0000800000000000), \
		WILD(0x0001000000000000), WILD(0x00ff000000000000), WILD(0x0100000000000000), \
		WILD(0x4141414141414140), WILD(0x7fffffffffffffc0), WILD(0x8000000000000000), \
		WILD(0xdeadbeefdeadbee0), WILD(0xffff800000000000), WILD(0xffffffff81000000), \
		WILD(0xffffffffff600000), WILD(0xfffffffffffffff0), WILD(0xffffffffffffffff)
#else
#define HIGH WILD(0xffffe000), WILD(0xfffffff0), WILD(0xffffffff)
#endif

FAULTS({ "16", commit, 16, "not a block of ours" }, { "64", commit, 64, "not a block of ours" },
       { "4096", commit, 4096, "not a block of ours" }, WILD(8), WILD(1), WILD(65536), WILD(MIB(64)), HIGH)
