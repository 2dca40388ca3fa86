/* SPDX-License-Identifier: MIT */
/* hak-link: preload */
/* hak-opt: -O2 */
/* hak-timeout: 120 */
/* A pointer inside a block that is free already, freed: told of in that call. */
#include "at-once.h"

static void *inside_freed(size_t size)
{
	char *p = block_of(size);

	free(p);
	return size > 16 ? p + 16 : NULL;
}

static void *off_by_one(size_t size)
{
	char *p = block_of(size);

	free(p);
	return p + 1;
}

WRONGS({ "+16 of a freed one", inside_freed, by_free, ANY_VERDICT },
       { "+1 of a freed one", off_by_one, by_free, ANY_VERDICT })
