/* SPDX-License-Identifier: MIT */
/*
 * Owns: how a hardened process (enum hak_harden_part) allocates and frees. Every call misses; blocks are drawn at random, some at a
 *       time, checked when they are handed out and when they are freed, and freed through their slabs' remote bits.
 * Hardening begins with the first slow allocation that finds the options known. Blocks from before are treated as in any other
 * process.
 * Threads: any. Locks: none held; those of lower layers are taken inside.
 */
#ifndef HAK_FREE_HARDEN_H
#define HAK_FREE_HARDEN_H

#include "conf/options.h"
#include "free/dispatch.h"

/* Puts the options in force, if they are known. Returns whether the process is a hardened one. */
bool hak_harden_begin(void) HAK_COLD;

/* Is the process a hardened one? For slow allocations. */
HAK_INLINE bool hak_harden_is_on(void)
{
	uint32_t parts = hak_load_relaxed(&hak_harden);

	return HAK_UNLIKELY(parts != 0) && (parts > HAK_HARDEN_UNKNOWN || hak_harden_begin());
}

/* With HAK_HARDEN_CHAOS: is this allocation to fail? Counts it. */
bool hak_harden_fails(void);

/* A block for size bytes, aligned to align (a power of two); for data (thread/heap.h) or not. NULL: no memory. *is_clean: it
 * reads as zero. */
void *hak_harden_take(size_t size, size_t align, bool is_data, bool *is_clean);

/* The same for malloc, quickly, out of the thread's cache; NULL: none of that size is there. */
void *hak_harden_pop(size_t size, bool *is_clean);

/* p, which was just taken, comes from new or new[]: HAK_LIVE_NEW or HAK_LIVE_NEW_ARRAY. */
void hak_harden_set_kind(void *p, uint8_t kind);

#define HAK_SIZE_ANY SIZE_MAX

/* Frees p, which begins in span, if it was requested with this size (or HAK_SIZE_ANY) and has this alignment. */
void hak_harden_free(struct hak_span *span, void *p, size_t size, size_t alignment, const struct hak_caller *caller);

/* Changes the block's size without copying. Returns where it is, or NULL: it must be moved. */
void *hak_harden_resize(struct hak_span *span, void *p, size_t size, const struct hak_caller *caller);

/* The size requested. */
size_t hak_harden_size(const struct hak_span *span, const void *p);

#endif
