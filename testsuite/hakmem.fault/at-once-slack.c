/* SPDX-License-Identifier: MIT */
/* hak-plain: expects the verdicts of other processes */
/* hak-link: preload */
/* hak-opt: -O2 */
/* hak-timeout: 120 */
/* A pointer into the rest behind a slab's last block, freed: told of in that call. */
#define SIZES 48, 80, 112, 200, 288, 448, 576, 700, 900, 1000 /* classes whose slabs are one slice */
#include "at-once.h"

#define SLICE 65536

/* Blocks of this size until one ends where its slice has no room for another. */
static void *rest(size_t size)
{
	size_t n = 5 * SLICE / size, i;

	for (i = 0; i < n; i++) {
		char *p = block_of(size), *end = p + malloc_usable_size(p);
		size_t left = SLICE - (uintptr_t)end % SLICE;

		if (left < malloc_usable_size(p) && left >= 16)
			return end;
	}
	return NULL;
}

static void *in_rest(size_t size)
{
	char *p = rest(size);

	return p && SLICE - (uintptr_t)p % SLICE > 16 ? p + 16 : NULL;
}

static void *odd_in_rest(size_t size)
{
	char *p = rest(size);

	return p ? p + 3 : NULL;
}

WRONGS({ "the rest", rest, by_free, ANY_VERDICT }, { "16 bytes into the rest", in_rest, by_free, ANY_VERDICT },
       { "3 bytes into the rest", odd_in_rest, by_free, ANY_VERDICT },
       { "the rest, to realloc()", rest, by_realloc, ANY_VERDICT })
