/* SPDX-License-Identifier: MIT */
/*
 * Owns: what malloc, new and the hakmem_ functions share: allocating a block of any kind for a size.
 * Threads: any. Locks: none.
 * All of them return NULL without touching errno when there is no memory.
 */
#ifndef HAK_API_ALLOC_H
#define HAK_API_ALLOC_H

#include "free/dispatch.h"
#include "tiny/slab.h"

/* The part of a small allocation that is not a hit, and all larger ones. */
void *hak_alloc_miss(size_t size);

/* A block for one that grows: above HAK_SHARED_MAX, one that can keep growing in place. */
void *hak_alloc_growing(size_t size);

/* As hak_alloc_miss(); *is_clean: the block reads as zero. */
void *hak_alloc_any(size_t size, size_t align, bool *is_clean);

/* A block for size bytes, more than HAK_SMALL_MAX or none, from the thread's cache into *p. */
HAK_INLINE bool hak_alloc_larger_hit(size_t size, void **p)
{
	if (HAK_LIKELY(size - 1 < HAK_SHARED_MAX))
		return HAK_LIKELY(hak_cache_pop_class_hit(hak_cache_mine, hak_class_of(size), p));
	return size - 1 < HAK_TINY_MAX && hak_slab_pop_single_hit(hak_cache_mine, hak_class_of(size), p);
}

/* The same for any size. */
HAK_INLINE bool hak_alloc_hit(size_t size, void **p)
{
	if (HAK_LIKELY(size <= HAK_SMALL_MAX) && HAK_LIKELY(hak_cache_pop_hit(hak_cache_mine, size, p)))
		return true;
	return hak_alloc_larger_hit(size, p);
}

/* A block for size bytes. */
void *hak_alloc(size_t size);

#endif
