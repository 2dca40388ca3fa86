/* SPDX-License-Identifier: MIT */
/*
 * Owns: the misses: refill, flush and the size of a thread's caches.
 * Threads: the heap's owner. Locks: none held; those of lower floors are taken inside.
 * C1 Every block that leaves a cache for its slab is proved: first byte of a block of a slab of this heap and
 *    class, not free already. What fails is a verdict on an earlier free.
 */
#ifndef HAK_TINY_CACHE_H
#define HAK_TINY_CACHE_H

#include "conf/report.h"
#include "tiny/slab.h"

/* Makes h's bins and class table usable; everything else is zero. */
void hak_cache_init_own(struct hak_heap *h);

/* Notes which thread it is whose caches a purger may empty (H5): not at its start, for the sake of all that hardly
 * allocate. */
void hak_cache_know_thread_own(struct hak_heap *h);

/* A block of class sc from the cache, or from the first open slab with a batch for the cache beside it. NULL: no
 * block is free in this heap. */
void *hak_cache_refill_own(struct hak_heap *h, unsigned sc);

/* Puts p, of class sc and this heap, into the cache, making room if it is full: by a larger array, or by a batch
 * to the slabs. */
void hak_cache_put_own(struct hak_heap *h, unsigned sc, void *p, const struct hak_caller *caller);

/* Leaves at most n_bytes of each class in the caches. */
void hak_cache_trim_own(struct hak_heap *h, size_t n_bytes);

/* Gives all cached blocks back to their slabs. */
void hak_cache_flush_own(struct hak_heap *h);

/* Where h is about to have more slabs than ever: looks at some classes, in turn, but for the one that needs the slab, and
 * gives what has rested in their caches since the last look back, for slabs that are free then to be used instead. */
void hak_cache_sweep_own(struct hak_heap *h, unsigned growing);

/* For a purger that has claimed h, while h's thread sleeps (H5). All caches are empty afterwards; was[HAK_N_CLASSES] gets
 * what lower puts back, or flush gives to the slabs. Flush returns the number of blocks. */
void hak_cache_raise_any(struct hak_heap *h, void **was[]);
void hak_cache_lower_any(struct hak_heap *h, void **const was[]);
size_t hak_cache_flush_raised_own(struct hak_heap *h, void **was[]);

/* Blocks cached of class sc; any thread may ask, the answer is exact for the owner. */
size_t hak_cache_count_any(const struct hak_heap *h, unsigned sc);

#endif
