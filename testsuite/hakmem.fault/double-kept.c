/* SPDX-License-Identifier: MIT */
/* hak-link: preload */
/* hak-opt: -O2 */
/* hak-timeout: 120 */
/* a, b, a freed, then three blocks of that size taken and kept: a is never handed out twice. */
#include "fault.h"

static void commit(size_t size)
{
	void *a = block_of(size), *b = block_of(size), *x, *y, *z;

	free(a);
	free(b);
	free(hide(a));
	x = hide(malloc(size));
	y = hide(malloc(size));
	z = hide(malloc(size));
	CHECK(x && y && z && x != y && y != z && z != x);
}

FAULTS(DOUBLE_SIZES("freed twice, then taken and kept", commit))
