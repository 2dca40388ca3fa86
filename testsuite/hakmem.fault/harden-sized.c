/* SPDX-License-Identifier: MIT */
/* hak-link: shared */
/* hak-opt: -O2 */
/* hak-timeout: 240 */
/* profile:hardened: free_sized() and free_aligned_sized() want the size that was asked for, to the byte. */
#define CONF "profile:hardened,"
#include "fault.h"

void free_sized(void *ptr, size_t size);
void free_aligned_sized(void *ptr, size_t alignment, size_t size);

static void one_more(size_t size)
{
	free_sized(block_of(size), size + 1);
}

static void one_less(size_t size)
{
	free_sized(block_of(size), size - 1);
}

static void most(size_t size)
{
	free_sized(block_of(size), hide_n(SIZE_MAX));
}

static void old_size(size_t size)
{
	free_sized(hide(realloc(block_of(size + 2), size)), size + 2);
}

static void aligned(size_t size)
{
	free_aligned_sized(hide(aligned_alloc(64, size)), 64, size + 1);
}

static void wrong_alignment(size_t size)
{
	unsigned char *p = hide(aligned_alloc(64, size));
	size_t align = 64;

	while ((uintptr_t)p % align == 0)
		align *= 2;
	free_aligned_sized(p, align, size);
}

#define WRONG "wrong size"

FAULTS(ALL_SIZES("one more", one_more, WRONG), ALL_SIZES("one less", one_less, WRONG), ALL_SIZES("SIZE_MAX", most, WRONG),
       ALL_SIZES("the size before", old_size, WRONG), ALL_SIZES("aligned", aligned, WRONG),
       ALL_SIZES("wrong alignment", wrong_alignment, WRONG))
