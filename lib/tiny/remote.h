/* SPDX-License-Identifier: MIT */
/*
 * Owns: the way home of blocks that are freed into another heap's slabs, or by a thread without a cache.
 * Threads: see each function. Locks: none, but what ends in _locked has the heap's.
 * T1 A block on its way has its bit in its slab's remote bitmap.
 * T2 A slab with a remote bit that its heap does not know of is announced: is_pending, and in some heap's pending
 *    list or in the hands of a thread that will put it there. Announced to the wrong heap (the slab was released and
 *    made anew meanwhile), it is forwarded.
 */
#ifndef HAK_TINY_REMOTE_H
#define HAK_TINY_REMOTE_H

#include "conf/report.h"
#include "tiny/slab.h"

/* Announces s to its heap. */
void hak_remote_announce_any(struct hak_slab *s);

/* Sends block idx of slab s home, whose live byte was 1. False: another thread was first. */
HAK_INLINE bool hak_remote_push_any(struct hak_slab *s, size_t idx)
{
	uint64_t bit = (uint64_t)1 << idx % HAK_WORD_BITS;

	/* Before the bit: once that is set, the block may be handed out again, and s be released and made anew (B3). */
	hak_own_set(&s->live[idx], 0);
	if (HAK_UNLIKELY((hak_or_ordered(&s->remote[idx / HAK_WORD_BITS], bit) & bit) != 0))
		return false;
	if (HAK_UNLIKELY(hak_load_ordered(&s->is_pending) == 0))
		hak_remote_announce_any(s);
	return true;
}

/* Puts back into their slabs what was sent to h, of class sc. */
void hak_remote_collect_class_locked(struct hak_heap *h, unsigned sc, struct hak_after *after);

/* Sends every slab announced to h on to its heap. */
void hak_remote_forward_any(struct hak_heap *h);

#endif
