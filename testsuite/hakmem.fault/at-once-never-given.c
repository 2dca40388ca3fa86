/* SPDX-License-Identifier: MIT */
/* hak-link: preload */
/* hak-opt: -O2 */
/* hak-timeout: 120 */
/* A block of a slab that malloc never gave to anybody, freed: told of in that call. */
#define SIZES 16, 48, 64, 200, 416, 1000, 3000, 10000, 40000
#include "at-once.h"

static int is_warm(const void *p)
{
	size_t i;

	for (i = 0; i < N_OF(warm_blocks); i++)
		if (warm_blocks[i].p == p)
			return 1;
	return 0;
}

/* A neighbour that nobody has. */
static void *neighbour(size_t size)
{
	char *p = block_of(size);
	size_t n = malloc_usable_size(p), k;

	for (k = 1; k < 10; k++) {
		if (!is_warm(p + k * n))
			return p + k * n;
		if (!is_warm(p - k * n))
			return p - k * n;
	}
	return NULL;
}

WRONGS({ "a neighbour", neighbour, by_free, ANY_VERDICT },
       { "a neighbour, to realloc()", neighbour, by_realloc, ANY_VERDICT })
