/* SPDX-License-Identifier: MIT */
/*
 * Owns: what malloc, new and the hakmem_ functions share: allocating a block of any kind for a size.
 * Threads: any. Locks: none.
 * All of them return NULL without touching errno when there is no memory.
 * Q1 frame is the stack frame of the library function that the program called; the stack trace of a sample starts there.
 */
#ifndef HAK_API_ALLOC_H
#define HAK_API_ALLOC_H

#include "free/dispatch.h"
#include "tiny/sampler.h"
#include "tiny/slab.h"

/* The frame for Q1, in a function that the program calls, or that such a function jumps to (a tail call). */
#define HAK_FRAME __builtin_frame_address(0)

/* For verdicts: the function that the program called, and from where. */
#define HAK_CALLER(name) (&(const struct hak_caller){ name, __builtin_return_address(0) })

/* The part of a small allocation that is not a hit, and all larger ones. */
void *hak_alloc_miss(size_t size, const void *frame);

/* For a block above HAK_SHARED_MAX, in a process that is not hardened: one that can keep growing in place. If it is to be had
 * for nothing it is an eighth larger, or a block that grows by small steps would be copied each time. A failure does not count
 * as a refusal yet: the caller may find room in place. */
void *hak_alloc_growing(size_t size, const void *frame);

/* As hak_alloc_miss(); *is_clean: the block reads as zero. */
void *hak_alloc_any(size_t size, size_t align, bool *is_clean, const void *frame);

/* Does the token that a compiler gave a call say that the block will hold no pointers (api/std.c)? Of the ids below a maximum
 * that we do not know, the upper half is for types with pointers. If it is 2, this is 0; if there is none, ids are hashes, hardly
 * ever small, and this is half of them. If it is another, only 0 is certain. */
HAK_INLINE bool hak_token_is_data(size_t id)
{
	return id == 0 || (ptrdiff_t)id > UINT16_MAX;
}

/* Is the block in span from a heap for data? */
HAK_INLINE bool hak_is_data(const struct hak_span *span)
{
	return span->kind == HAK_KIND_SLAB && hak_load_relaxed(&((const struct hak_slab *)span)->owner)->is_data;
}

/* A block for data (thread/heap.h), that is, without pointers. NULL: its place is that of any other block, since it would share
 * no slab, or the alignment is unusual, or there is no memory. */
void *hak_alloc_data(size_t size, size_t alignment, bool *is_clean, const void *frame);

/* A block for size bytes, more than HAK_SMALL_MAX or none, from the thread's cache into *p. *sc is the class for
 * it, or HAK_N_CLASSES. False: a miss. */
HAK_INLINE bool hak_alloc_larger_hit(size_t size, void **p, size_t *sc)
{
	*sc = HAK_N_CLASSES;
	if (HAK_LIKELY(size - 1 < HAK_SHARED_MAX)) {
		*sc = hak_class_of(size);
		return HAK_LIKELY(hak_cache_pop_class_hit(hak_cache_mine, *sc, p));
	}
	if (size - 1 >= HAK_TINY_MAX)
		return false;
	*sc = hak_class_of(size);
	return hak_slab_pop_single_hit(hak_cache_mine, *sc, p);
}

/* The same for any size. */
HAK_INLINE bool hak_alloc_hit(size_t size, void **p, size_t *sc)
{
	if (HAK_UNLIKELY(size > HAK_SMALL_MAX))
		return hak_alloc_larger_hit(size, p, sc);
	*sc = hak_cache_mine->class_of[size];
	return HAK_LIKELY(hak_cache_pop_hit(hak_cache_mine, size, p));
}

/* A block for size bytes. */
void *hak_alloc(size_t size, const void *frame);

/* realloc(), which sets errno, and malloc_usable_size(). If the block moves, it may become one for data, or be none any more. */
enum hak_content { HAK_CONTENT_SAME, HAK_CONTENT_DATA, HAK_CONTENT_ANY };
void *hak_realloc(void *p, size_t size, enum hak_content content, const struct hak_caller *caller, const void *frame);
size_t hak_usable_size(const void *p, const struct hak_caller *caller);

/* hakmem_check(): audits the heap, and returns how many faults there are. found: as for hak_pad_tell(). */
size_t hak_check_all(const void **found);

#endif
