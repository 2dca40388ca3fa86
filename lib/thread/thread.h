/* SPDX-License-Identifier: MIT */
/*
 * Owns: a thread's cache, from the thread's first miss in an allocation to its end; entering and leaving a miss.
 * Threads: any.
 * Locks: CACHES, for the pool of caches and the list of heaps.
 * P1 A thread that only frees has no cache: it frees through the slabs' remote bits. So does a thread that has ended,
 *    or for whose cache there is no memory; such a thread allocates blocks from a heap one by one.
 * P2 Inside a miss, the hit paths find hak_cache_none. A signal handler that gets here meanwhile (depth > 1) works like
 *    a thread without a cache. While its own thread may hold locks, it waits for none of them: it allocates from
 *    another heap or a mapping of its own, frees by remote bits, and leaves the rest to whoever takes the lock next.
 * P3 In a forked child, the thread that forked keeps its cache, heap and locks. The caches of all others are salvaged
 *    when memory is needed. Of each thread, the child sees the writes up to one moment: while the kernel copies the
 *    page tables, stores go to pages that parent and child will share; once it has made them read-only, ending with a
 *    TLB flush on every processor, a store waits in a page fault until the copy is complete.
 * P4 What is found inside a miss, such as a lost race, is told when the thread has left it and holds no lock, because a SIGABRT
 *    handler may jump out. An allocation that has a block by then gives it back first.
 */
#ifndef HAK_THREAD_THREAD_H
#define HAK_THREAD_THREAD_H

#include "conf/report.h"
#include "os/fork.h"
#include "os/lock.h"
#include "tiny/cache.h"

struct hak_thread {
	struct hak_cache *cache; /* own: NULL: none */
	uint32_t near;           /* own: without a cache: the id of the heap whose block was freed last */
	uint16_t n_freed;        /* own: blocks, without a cache */
	uint8_t depth;           /* own: misses it is inside of */
	bool is_ended;           /* own: it gets no cache any more */
};

extern __thread struct hak_thread hak_thread_me __attribute__((tls_model("initial-exec")));

/* Makes the key whose destructor runs at thread exit, if there is none yet. Called when the library is loaded: the C
 * library sets a program's first few keys without allocating. Returns a state for use inside thread/ only. */
uint32_t hak_thread_prepare(void);

/* The first miss of the forking thread in the child. */
void hak_thread_go_on(struct hak_cache *c) HAK_COLD;

/* Enters a miss in a signal handler that interrupted a miss of its own thread. */
void hak_thread_enter_again(struct hak_thread *me) HAK_COLD;

/* Enters a miss. Returns the thread's cache; NULL if it has none, or is inside a miss already (P2). */
HAK_INLINE struct hak_cache *hak_thread_enter(void)
{
	struct hak_thread *me = &hak_thread_me;
	struct hak_cache *c;

	if (HAK_UNLIKELY(++me->depth > 1)) {
		hak_thread_enter_again(me);
		return NULL;
	}
	hak_cache_mine = &hak_cache_none;
	__atomic_signal_fence(__ATOMIC_SEQ_CST);
	c = me->cache;
	if (HAK_UNLIKELY(c == NULL))
		return NULL;
	if (HAK_UNLIKELY(c->generation != hak_fork_generation()))
		hak_thread_go_on(c);
	c->is_busy = true;
	return c;
}

/* Inside a miss: is the caller a signal handler whose thread may hold a lock (P2)? */
HAK_INLINE bool hak_thread_is_nested(void)
{
	return HAK_UNLIKELY(hak_lock_is_any_held(0));
}

/* Leaves a miss. c: what hak_thread_enter() or hak_thread_start() returned. Now and then makes a step of decay. Tells a late
 * verdict (P4). */
void hak_thread_leave(struct hak_cache *c);

/* The same for a caller that still has something in hand: it tells, or the end of the next miss does. */
void hak_thread_leave_untold(struct hak_cache *c);

/* Outside of a miss: has this thread a late verdict to tell? */
bool hak_thread_has_late(void) HAK_COLD;
void hak_thread_tell_late(void) HAK_COLD;

HAK_INLINE void hak_thread_tell(void)
{
	if (hak_report_is_late())
		hak_thread_tell_late();
}

/* Inside a miss, makes a cache for a thread that has none. NULL: the thread gets none, or there is no memory (P1). */
struct hak_cache *hak_thread_start(void);

/* A block of class sc, by whatever means: for a thread with cache c; for a thread without one. NULL: no memory. */
void *hak_thread_take_own(struct hak_cache *c, unsigned sc);
void *hak_thread_take_alone(unsigned sc);

/* The heap for data beside the one of cache c, or beside any heap. NULL: no memory, or the caller may not wait for locks (P2). */
struct hak_heap *hak_thread_data_heap(const struct hak_cache *c);

/* A block of class sc from there, or NULL. */
void *hak_thread_take_data(const struct hak_cache *c, unsigned sc);

/* Gives h a slab with free blocks of class sc that another heap has, which no thread uses any more, nor any cache with blocks.
 * False: there is none. */
bool hak_thread_borrow(struct hak_heap *h, unsigned sc);

/* Puts a cache without thread and blocks into the pool, where the next thread finds it. */
void hak_thread_pool(struct hak_cache *c);

/* Empties the warm caches that were there at the last call already, or all. */
void hak_thread_cool(bool all);

/* All caches ever made, linked by next (read it with acquire), the first being hak_cache_none. */
HAK_INLINE struct hak_cache *hak_thread_first_cache(void)
{
	return &hak_cache_none;
}

struct hak_thread_stats {
	uint64_t n_threads; /* any: with a cache now */
	uint64_t n_reused;  /* any: caches taken over, as they were, from threads that have ended */
};

extern struct hak_thread_stats hak_thread_sums;

void hak_thread_stats_get(struct hak_thread_stats *stats);

#endif
