/* SPDX-License-Identifier: MIT */
/* hak-link: preload */
/* hak-opt: -O2 */
/* hak-timeout: 120 */
/* A thousand blocks, all freed twice, in order: one verdict is enough by default. */
#include "fault.h"

static void commit(size_t size)
{
	static void *blocks[1000];
	size_t n = MIB(64) / size < N_OF(blocks) ? MIB(64) / size : N_OF(blocks), i;

	for (i = 0; i < n; i++)
		blocks[i] = block_of(size);
	for (i = 0; i < n; i++)
		free(blocks[i]);
	for (i = 0; i < n; i++)
		free(hide(blocks[i]));
}

FAULTS(DOUBLE_SIZES("all freed twice", commit))
