/* SPDX-License-Identifier: MIT */
/*
 * Owns: the list of heaps, as many as processors; which one a thread uses, its cache's budget, and how a heap grows.
 * Data: blocks that the program says hold no pointers (api/std.c, api/cxx.c) have heaps of their own, so that they share
 *       no slab with others. No thread uses such a heap, and no cache takes from it: each block is drawn from its slab, and
 *       returns to it as any block of another heap does. One is made beside a heap when a thread of that first needs it.
 * Threads: any. Locks: CACHES where a heap is made or chosen.
 */
#ifndef HAK_THREAD_HEAP_H
#define HAK_THREAD_HEAP_H

#include "tiny/heap.h"

/* Asks how many processors there are. Called when the library is loaded. */
void hak_heaps_prepare(void);

/* The heap for one more thread: the one with the fewest threads, or a new one. Prefers `near`, if not NULL, which has
 * memory that the thread uses. NULL: no memory. The caller holds CACHES. */
struct hak_heap *hak_heaps_choose_locked(struct hak_heap *near);

/* Makes one more heap, for data or not. NULL: no memory. */
struct hak_heap *hak_heaps_make_locked(bool is_data);

/* The heap with this number, or NULL. */
struct hak_heap *hak_heaps_find(uint32_t id);

extern struct hak_heap *hak_heaps_all; /* written lk:CACHES, read by any */
extern uint32_t hak_heaps_n;           /* written lk:CACHES, read by any */

/* All heaps, linked by next (read it with acquire), or NULL. */
struct hak_heap *hak_heaps_first(void);

uint32_t hak_heaps_count(void);

/* The budget, in bytes, of a cache that has claimed n_claimed and missed n_misses times, where n_threads share. */
size_t hak_heaps_budget(uint64_t n_threads, size_t n_claimed, uint64_t n_misses);

/* Makes room in h, which has no free block of class sc: by salvaging what a fork left behind, by a slab of a heap that is
 * not used any more, by collecting remote frees, or by a new slab. False: no memory. */
bool hak_heaps_grow(struct hak_heap *h, unsigned sc);

#endif
