/* SPDX-License-Identifier: MIT */
/*
 * Owns: remote frees: of blocks of another heap's slabs, or by a thread without a cache.
 * Threads: any. Locks: none; _locked: the heap's is held.
 * T1 A block in flight has its bit set in its slab's remote bitmap.
 * T2 A slab with a remote bit that its heap has not seen is announced: is_pending is set, and the slab is in some
 *    heap's pending list, or a thread is about to put it there. If that is the wrong heap, because the slab was
 *    released and its descriptor reused meanwhile, it is forwarded.
 * T3 A fork may leave slabs with is_pending that are in no list: threads of the parent had them in hand. So a child does
 *    not touch lists and marks, and announces nothing, until one thread has begun again from the bitmaps of all slabs.
 */
#ifndef HAK_TINY_REMOTE_H
#define HAK_TINY_REMOTE_H

#include "conf/report.h"
#include "tiny/slab.h"

/* Announces s to its heap. */
void hak_remote_announce_any(struct hak_slab *s);

/* Frees block idx of slab s, which was live, remotely; its live byte becomes `live`. False: another thread was first. */
HAK_INLINE bool hak_remote_push_any(struct hak_slab *s, size_t idx, uint8_t live)
{
	uint64_t bit = (uint64_t)1 << idx % HAK_WORD_BITS;

	/* Before the bit: once that is set, the block may be handed out again, and s released and its descriptor reused (B3). */
	hak_own_set(&s->live[idx], live);
	if (HAK_UNLIKELY((hak_or_ordered(&s->remote[idx / HAK_WORD_BITS], bit) & bit) != 0))
		return false;
	if (HAK_UNLIKELY(hak_load_ordered(&s->is_pending) == 0))
		hak_remote_announce_any(s);
	return true;
}

/* Collects the remote frees of class sc in h: puts the blocks back into their slabs. */
void hak_remote_collect_class_locked(struct hak_heap *h, unsigned sc, struct hak_after *after);

/* Forwards every slab announced to h to its own heap. */
void hak_remote_forward_any(struct hak_heap *h);

/* Once in a forked child, does what T3 says; first: the first of all heaps. The caller is in no other call of ours that this
 * would disturb, not even in one that a signal handler interrupted. */
void hak_remote_restart(struct hak_heap *first);

#endif
