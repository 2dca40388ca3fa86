/* SPDX-License-Identifier: MIT */
/* hak-plain: debug: verdicts have more lines */
/* hak-link: preload */
/* hak-opt: -O2 */
/* hak-timeout: 120 */
/* realloc() of a freed block, to whatever size: told of in that call, and never given back as if it were alive. */
#include "at-once.h"

static void *freed(size_t size)
{
	void *p = block_of(size);

	free(p);
	return p;
}

static void *freed_before_another(size_t size)
{
	void *p = block_of(size), *other = block_of(size);

	free(p);
	free(other);
	return p;
}

WRONGS({ "freed", freed, by_realloc, DOUBLE_LARGE }, { "freed, to grow", freed, by_realloc_growing, DOUBLE_LARGE },
       { "freed, to 0", freed_before_another, by_realloc_zero, DOUBLE_LARGE },
       { "freed, as an array", freed_before_another, by_reallocarray, DOUBLE_LARGE })
