/* SPDX-License-Identifier: MIT */
/* hak-plain: debug: verdicts have more lines */
/* hak-link: preload */
/* hak-opt: -O2 */
/* hak-timeout: 120 */
/* Blocks a and b freed, then a again: told of in that call. */
#include "at-once.h"

static void *freed_before_another(size_t size)
{
	void *a = block_of(size), *b = block_of(size);

	free(a);
	free(b);
	return a;
}

WRONGS({ "free a, b, a", freed_before_another, by_free, DOUBLE_LARGE })
