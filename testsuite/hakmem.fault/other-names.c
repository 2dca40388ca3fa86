/* SPDX-License-Identifier: MIT */
/* hak-link: shared */
/* hak-opt: -O2 */
/* hak-timeout: 120 */
/* cfree(), hakmem_free(), hakmem_realloc() and free_sized() see bad pointers as free() does. */
#include "fault.h"
#include <hakmem.h>

void free_sized(void *ptr, size_t size);
void cfree(void *ptr);

static char global[256] __attribute__((aligned(64)));

static void by_cfree(size_t size)
{
	cfree(hide((char *)block_of(size) + 16));
}

static void by_hakmem_free(size_t size)
{
	hakmem_free(hide((char *)block_of(size) + 16));
}

static void by_hakmem_realloc(size_t size)
{
	void *p = hide(hakmem_realloc(hide((char *)block_of(size) + 16), size));

	(void)p;
}

static void by_free_sized(size_t size)
{
	free_sized(hide((char *)block_of(size) + 16), size);
}

static void twice_by_free_sized(size_t size)
{
	void *p = block_of(size);

	free_sized(p, size);
	free_sized(hide(p), size);
}

static void global_by_free_sized(size_t size)
{
	free_sized(hide(global), size);
}

#define INSIDE "pointer inside a block"

FAULTS({ "cfree", by_cfree, 64, INSIDE }, { "cfree", by_cfree, KIB(300), INSIDE },
       { "hakmem_free", by_hakmem_free, 64, INSIDE }, { "hakmem_realloc", by_hakmem_realloc, 64, INSIDE },
       { "free_sized", by_free_sized, 64, INSIDE }, DOUBLE_SIZES("free_sized twice", twice_by_free_sized),
       { "free_sized of a global", global_by_free_sized, 64, "not a block of ours" })
