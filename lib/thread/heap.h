/* SPDX-License-Identifier: MIT */
/*
 * Owns: which heap a thread works on: from its first miss to its end, and what happens to it then.
 * Threads: any.
 * Locks: HEAPS for the pools; SHARED while a thread works on the shared heap.
 * P1 A heap has at most one thread. Without one it is warm (its caches are as the thread left them), an orphan (it
 *    has slabs), or spare (it has none).
 * P2 A thread without a heap of its own (past its end, or in a signal handler that interrupted a miss) works on
 *    the shared heap, under its lock.
 */
#ifndef HAK_THREAD_HEAP_H
#define HAK_THREAD_HEAP_H

#include "tiny/heap.h"

struct hak_thread_stats {
	uint64_t n_threads; /* with a heap now */
	uint64_t n_heaps;   /* ever made */
	uint64_t n_adopted; /* orphans taken over, whole or in part */
};

/* Makes the key that ends threads, if it is not there yet. Called when the library is loaded: among the first keys of a
 * program, the C library sets it without allocating. Returns a state that matters to thread/ alone. */
uint32_t hak_thread_prepare(void);

/* The heap to work on until hak_thread_leave(); NULL: no memory for one. Should the thread have none yet, it gets the
 * one that p, if not NULL, comes from, if that has no thread any more: likely enough, more of the kind follow. */
struct hak_heap *hak_thread_enter_near(const void *p);

HAK_INLINE struct hak_heap *hak_thread_enter(void)
{
	return hak_thread_enter_near(NULL);
}

void hak_thread_leave(struct hak_heap *h);

/* A block of class sc, at any price: the heap's own, an orphan's, a new slab's. NULL: no memory. */
void *hak_thread_take_own(struct hak_heap *h, unsigned sc);

/* Gives back all the calling thread's heap can spare: its caches, its empty slabs. */
void hak_thread_flush_own(struct hak_heap *h);

/* The first of all heaps ever made, linked by next (read it with acquire): hak_heap_none, which counts what was done for
 * no heap. Their counters are readable by any. */
struct hak_heap *hak_thread_first_heap(void);

/* Empties the caches of warm heaps: of those that were there at the last call, or all. */
void hak_thread_cool(bool all);

void hak_thread_stats_get(struct hak_thread_stats *stats);

#endif
