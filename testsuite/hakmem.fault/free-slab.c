/* SPDX-License-Identifier: MIT */
/* hak-link: preload */
/* hak-opt: -O2 */
/* hak-timeout: 120 */
/* A block whose whole slab is free, and a large one whose memory went back to the system. */
#include "fault.h"

#define GONE "(double free|pointer into a free slab|not a block of ours)"

static void commit(size_t size)
{
	static void *blocks[60000];
	size_t n = MIB(48) / size < N_OF(blocks) ? MIB(48) / size : N_OF(blocks), i;
	void *middle;

	for (i = 0; i < n; i++)
		blocks[i] = block_of(size);
	middle = blocks[n / 2];
	for (i = 0; i < n; i++)
		free(blocks[i]);
	malloc_trim(0);
	free(hide(middle));
}

FAULTS(ALL_SIZES("gone", commit, GONE))
