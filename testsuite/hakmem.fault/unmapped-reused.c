/* SPDX-License-Identifier: MIT */
/* hak-link: preload */
/* hak-opt: -O2 */
/* hak-timeout: 120 */
/* A large block, freed; its addresses, mapped by the program for itself, are not a block of ours. */
#include "fault.h"

static void commit(size_t size)
{
	char *p = block_of(size), *q;

	free(p);
	malloc_trim(0);
	q = mmap(p, size, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED_NOREPLACE, -1, 0);
	CHECK(q == p || q == MAP_FAILED);
	free(hide(p));
}

#define GONE "(double free|pointer into a free slab|not a block of ours)"

FAULTS({ "8 MiB", commit, MIB(8), GONE }, { "64 MiB", commit, MIB(64), GONE },
       { "256 MiB", commit, MIB(256), GONE })
