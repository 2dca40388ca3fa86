/* SPDX-License-Identifier: MIT */
/*
 * Owns: the way home of blocks that a thread frees and another one's heap owns.
 * Threads: see each function. Locks: none.
 * T1 A block on its way has its bit in its slab's remote bitmap.
 * T2 A slab with a remote bit that its owner does not know of is announced: is_pending, and in some heap's pending
 *    list or in the hands of a thread that will put it there. Announced to the wrong heap (the slab was adopted,
 *    or released and made anew, meanwhile), it is forwarded.
 * T3 Who sends a block home touches nothing of its own heap but figures, so no purger is waited for (thread/hold.h).
 */
#ifndef HAK_TINY_REMOTE_H
#define HAK_TINY_REMOTE_H

#include "tiny/slab.h"

/* Announces s to its owner. */
void hak_remote_announce_any(struct hak_slab *s);

/* Sends block idx of another heap's slab s home. False: it was on its way already. */
HAK_INLINE bool hak_remote_push_own(struct hak_heap *h, struct hak_slab *s, unsigned idx)
{
	uint64_t bit = (uint64_t)1 << idx % HAK_WORD_BITS;
	/* Once the bit is set, s may be collected, released and made anew (B3). */
	struct hak_bin *bin = &h->bin[s->span.sc];

	if (HAK_UNLIKELY((hak_or_ordered(&hak_slab_remote(s)[idx / HAK_WORD_BITS], bit) & bit) != 0))
		return false;
	hak_own_count(&bin->n_sent);
	if (HAK_UNLIKELY(hak_load_ordered(&s->is_pending) == 0))
		hak_remote_announce_any(s);
	return true;
}

/* Sends p home, if it is a live block of another heap's slab: the most frequent miss of a program whose threads pass
 * blocks on to each other. False, and nothing done: it is not, or h's thread is to enter for once (n_slices_given). */
HAK_INLINE bool hak_remote_free_own(struct hak_heap *h, void *p)
{
	struct hak_span *span = hak_registry_find(p);
	struct hak_slab *s = (struct hak_slab *)span;
	size_t n_bytes;
	uint64_t place;
	unsigned idx;

	if (HAK_UNLIKELY(span == NULL || span->kind != HAK_KIND_SLAB) || hak_load_relaxed(&s->owner) == h)
		return false;
	n_bytes = h->remote_bytes + s->block_size;
	place = hak_slab_place(span->base, s->inverse, p);
	idx = (unsigned)(place >> HAK_INVERSE_SHIFT);
	if (HAK_UNLIKELY(n_bytes >= HAK_SLICE_SIZE || !hak_slab_is_first(place, s->inverse) || idx >= s->n_blocks ||
		(hak_load_relaxed(&s->bits[idx / HAK_WORD_BITS]) >> idx % HAK_WORD_BITS & 1) != 0))
		return false;
	h->remote_bytes = n_bytes;
	return HAK_LIKELY(hak_remote_push_own(h, s, idx));
}

/* The same for a block that hak_free_own() has proved. */
bool hak_remote_free_proved_own(struct hak_heap *h, struct hak_slab *s, unsigned idx);

/* Sends the blocks [first, first + n) of slab s home, from a thread that need not have a heap. */
void hak_remote_send_any(struct hak_slab *s, unsigned first, unsigned n);

/* Puts back into their slabs what others sent to h: of one class, of all. */
void hak_remote_collect_class_own(struct hak_heap *h, unsigned sc);
void hak_remote_collect_own(struct hak_heap *h);

/* Has h anything to collect? A hint. */
bool hak_remote_is_pending_any(const struct hak_heap *h);

/* Sends every slab announced to h on to its owner. */
void hak_remote_forward_any(struct hak_heap *h);

#endif
