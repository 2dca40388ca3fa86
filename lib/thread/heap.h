/* SPDX-License-Identifier: MIT */
/*
 * Owns: the heaps, as many as processors: which one a thread uses, what its cache may hold, how a heap grows.
 * Threads: any. Locks: CACHES where a heap is made or chosen.
 */
#ifndef HAK_THREAD_HEAP_H
#define HAK_THREAD_HEAP_H

#include "tiny/heap.h"

/* Asks how many processors there are. Called when the library is loaded. */
void hak_heaps_prepare(void);

/* The heap for one more thread: the one with the fewest, made if need be; rather `near`, if not NULL, which has memory
 * that the thread uses. NULL: no memory. The caller holds CACHES. */
struct hak_heap *hak_heaps_choose_locked(struct hak_heap *near);

/* One more. NULL: no memory. */
struct hak_heap *hak_heaps_make_locked(void);

/* The heap with this number, or NULL. */
struct hak_heap *hak_heaps_find(uint32_t id);

/* All heaps, linked by next (read it with acquire), or NULL. */
struct hak_heap *hak_heaps_first(void);

uint32_t hak_heaps_count(void);

/* What the cache of one of n_threads threads may claim, which has missed n_misses times: bytes. */
size_t hak_heaps_budget(uint64_t n_threads, uint64_t n_misses);

/* Makes room in h, without a free block of class sc: others' frees are collected, what a fork has left is salvaged,
 * or there is a new slab. False: no memory. */
bool hak_heaps_grow(struct hak_heap *h, unsigned sc);

#endif
