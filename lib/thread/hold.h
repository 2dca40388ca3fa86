/* SPDX-License-Identifier: MIT */
/*
 * Owns: who may work on a heap's slabs: its thread, inside a miss path, or a purger, while that thread stays out.
 * Threads: hak_hold_take/give: the heap's thread, or whoever took it from the pool. hak_hold_claim/unclaim: a purger,
 *          one at a time in the process.
 * Locks: none; a biased one is what this is. The thread's side is a plain store and a plain load; the purger pays for
 *        both with membarrier(2).
 * K1 After the purger has set revoked and called membarrier(), either it sees is_busy, or the thread, on its way in,
 *    sees revoked and waits.
 * K2 The caches (top, base, limit) belong to the thread alone, but for one that sleeps: see thread/sleep.h.
 */
#ifndef HAK_THREAD_HOLD_H
#define HAK_THREAD_HOLD_H

#include "tiny/heap.h"

/* Can hak_hold_claim() work at all? It needs membarrier(2): Linux 4.14, and no seccomp filter against it. */
bool hak_hold_can_claim(void);

/* A thread's way in when a purger is there: waits for it. False: the purger vanished in a fork, in the middle of a
 * change: the heap must be abandoned. */
bool hak_hold_wait(struct hak_heap *h) HAK_COLD;

/* Enters; false as hak_hold_wait(). */
HAK_INLINE bool hak_hold_take(struct hak_heap *h)
{
	hak_own_set(&h->is_busy, true);
	/* The compiler may not swap the two; the processor may, but for membarrier() (K1). */
	__atomic_signal_fence(__ATOMIC_SEQ_CST);
	return HAK_LIKELY(hak_load_acquire(&h->revoked) == 0) || hak_hold_wait(h);
}

HAK_INLINE void hak_hold_give(struct hak_heap *h)
{
	hak_store_release(&h->is_busy, false);
}

/* Takes a heap away from its thread until hak_hold_unclaim(). False: the thread is busy with it, and stays so. */
bool hak_hold_claim(struct hak_heap *h);

void hak_hold_unclaim(struct hak_heap *h);

/* A full barrier on every processor that runs a thread of this process. False: there is none. */
bool hak_hold_barrier(void);

#endif
