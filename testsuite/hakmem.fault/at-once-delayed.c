/* SPDX-License-Identifier: MIT */
/* hak-plain: debug: verdicts have more lines */
/* hak-link: preload */
/* hak-opt: -O2 */
/* hak-timeout: 120 */
/* A block freed, then others of its size, then it again: told of in that call, however many there were. */
#include "at-once.h"

static void *freed_before(size_t n, size_t size)
{
	static void *others[1000];
	void *p;
	size_t i;

	if (n > 3 && n * size > MIB(64))
		return NULL;
	for (i = 0; i < n; i++)
		CHECK(others[i] = hide(malloc(size)));
	p = block_of(size);
	free(p);
	for (i = 0; i < n; i++)
		free(others[i]);
	return p;
}

static void *before_3(size_t size) { return freed_before(3, size); }
static void *before_20(size_t size) { return freed_before(20, size); }
static void *before_150(size_t size) { return freed_before(150, size); }
static void *before_1000(size_t size) { return freed_before(1000, size); }

WRONGS({ "freed before 3 others", before_3, by_free, DOUBLE_LARGE },
       { "freed before 20 others", before_20, by_free, DOUBLE_LARGE },
       { "freed before 150 others", before_150, by_free, DOUBLE_LARGE },
       { "freed before 1000 others", before_1000, by_free, DOUBLE_LARGE })
