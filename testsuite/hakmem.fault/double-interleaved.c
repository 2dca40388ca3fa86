/* SPDX-License-Identifier: MIT */
/* hak-link: preload */
/* hak-opt: -O2 */
/* hak-timeout: 120 */
/* A block freed, another one freed, the first one freed again. */
#include "fault.h"

static void commit(size_t size)
{
	void *a = block_of(size), *b = block_of(size);

	free(a);
	free(b);
	free(hide(a));
}

FAULTS(DOUBLE_SIZES("free a, b, a", commit))
