/* SPDX-License-Identifier: MIT */
/*
 * Owns: when and by whom free memory goes back to the system: the steps of decay, made by a thread of our own
 *       (hakmem-purge: it starts when there is something to purge and ends when there is not) or, without it, by the
 *       miss paths.
 * Threads: any.
 * Locks: PURGER, held by the one thread that makes a step; heaps are claimed one at a time (thread/hold.h).
 */
#ifndef HAK_THREAD_DECAY_H
#define HAK_THREAD_DECAY_H

#include "tiny/heap.h"

/* Called on miss paths now and then, outside the heap; has_freed: the heap gave blocks back since the last call. */
void hak_decay_step(bool has_freed);

/* Called where h needs a new slab: has what others freed collected for threads that rest, so that their slabs can be
 * had instead. */
void hak_decay_grow(struct hak_heap *h);

/* More is held than the soft limit allows, or nearly what the container does: sees to it that free memory goes now. Not in
 * the middle of a miss. */
void hak_decay_press(void) HAK_COLD;

/* Purges free slices and kept mappings, now. Returns bytes given back. Any thread, also in the middle of a miss. */
size_t hak_decay_slices(void);

/* Empties the calling thread's caches, and where it may open files those of sleeping threads, and purges everything that
 * is free in any heap, holes included, unless at most target bytes are. Returns bytes given back. Not in the middle of
 * a miss. */
size_t hak_decay_trim(size_t target, bool may_open_files);

#endif
