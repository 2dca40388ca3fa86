/* SPDX-License-Identifier: MIT */
/* hak-link: preload */
/* hak-opt: -O2 */
/* hak-timeout: 120 */
/* A block freed again after many other frees of its size, more than any cache holds. */
#include "fault.h"

static void commit(size_t size)
{
	static void *others[3000];
	size_t n = MIB(64) / size < N_OF(others) ? MIB(64) / size : N_OF(others), i;
	void *p;

	for (i = 0; i < n / 2; i++)
		others[i] = block_of(size);
	p = block_of(size);
	for (; i < n; i++)
		others[i] = block_of(size);
	free(p);
	for (i = 0; i < n; i++)
		free(others[i]);
	free(hide(p));
}

FAULTS(DOUBLE_SIZES("delayed double free", commit))
