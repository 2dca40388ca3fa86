/* SPDX-License-Identifier: MIT */
/* hak-plain: debug: verdicts have more lines */
/* hak-link: preload */
/* hak-opt: -O2 */
/* hak-timeout: 120 */
/* A block freed and its memory given back to the system, then freed again: told of in that call. */
#include "at-once.h"

static void *trimmed(size_t size)
{
	void *p = block_of(size);

	free(p);
	malloc_trim(0);
	return p;
}

WRONGS({ "freed and trimmed", trimmed, by_free, DOUBLE_LARGE })
