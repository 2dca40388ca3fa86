/* SPDX-License-Identifier: MIT */
/* hak-link: shared */
/* hak-opt: -O2 */
/* hak-timeout: 120 */
/* free_sized() and free_aligned_sized() with a size the block cannot have had. */
#include "fault.h"

void free_sized(void *ptr, size_t size);
void free_aligned_sized(void *ptr, size_t alignment, size_t size);

static void twice_the_size(size_t size)
{
	free_sized(block_of(size), size * 2 + 20000);
}

static void one_class_up(size_t size)
{
	void *p = block_of(size);

	free_sized(p, malloc_usable_size(p) + 1);
}

static void half_the_size(size_t size)
{
	free_sized(block_of(size), size / 2 - 1);
}

static void huge(size_t size)
{
	free_sized(block_of(size), hide_n(SIZE_MAX));
}

static void aligned(size_t size)
{
	void *p = hide(aligned_alloc(64, size));

	CHECK(p);
	free_aligned_sized(p, 64, malloc_usable_size(p) * 2 + 4096);
}

#define WRONG "wrong size"

FAULTS(ALL_SIZES("twice", twice_the_size, WRONG), ALL_SIZES("one class up", one_class_up, WRONG),
       { "half of 64", half_the_size, 64, WRONG }, { "half of 1024", half_the_size, 1024, WRONG },
       MID_SIZES("half", half_the_size, WRONG), LARGE_SIZES("half", half_the_size, WRONG),
       ALL_SIZES("SIZE_MAX for", huge, WRONG), { "aligned 64", aligned, 64, WRONG },
       { "aligned 8 MiB", aligned, MIB(8), WRONG })
