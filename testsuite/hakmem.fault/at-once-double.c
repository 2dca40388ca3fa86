/* SPDX-License-Identifier: MIT */
/* hak-plain: debug: verdicts have more lines */
/* hak-link: preload */
/* hak-opt: -O2 */
/* hak-timeout: 120 */
/* A block freed twice in a row: the second free is told of in that call. */
#include "at-once.h"

static void *freed(size_t size)
{
	void *p = block_of(size);

	free(p);
	return p;
}

WRONGS({ "freed twice", freed, by_free, DOUBLE_LARGE })
