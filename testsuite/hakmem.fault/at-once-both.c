/* SPDX-License-Identifier: MIT */
/* hak-plain: debug: verdicts have more lines */
/* hak-link: preload */
/* hak-opt: -O2 */
/* hak-timeout: 120 */
/* a, b, a freed, one a by its owner and one by another thread, b by either: told of in the second free of a. */
#include "at-once.h"

static void *own_first(size_t size)
{
	void *a = block_of(size), *b = block_of(size);

	free(a);
	in_thread(free, b);
	return a;
}

static void *other_first(size_t size)
{
	void *a = block_of(size), *b = block_of(size);

	in_thread(free, a);
	free(b);
	return a;
}

WRONGS({ "owner a, other b, a again", own_first, by_free, DOUBLE_LARGE },
       { "other a, owner b, a again", other_first, by_free, DOUBLE_LARGE })
