/* SPDX-License-Identifier: MIT */
/*
 * Owns: the way home of blocks that a thread frees and another one's heap owns.
 * Threads: see each function. Locks: none.
 * T1 A block on its way has its bit in its slab's remote bitmap, or in a parcel of one outbox.
 * T2 A slab with a remote bit that its owner does not know of is announced: is_pending, and in some heap's pending
 *    list or in the hands of a thread that will put it there. Announced to the wrong heap (the slab was adopted,
 *    or released and made anew, meanwhile), it is forwarded.
 */
#ifndef HAK_TINY_REMOTE_H
#define HAK_TINY_REMOTE_H

#include "conf/report.h"
#include "tiny/slab.h"

/* The first block of those that share a word of the slab's bitmap with block idx. */
HAK_INLINE char *hak_remote_first(const struct hak_slab *s, unsigned idx)
{
	return s->span.base + (size_t)(idx / HAK_WORD_BITS * HAK_WORD_BITS) * s->block_size;
}

/* The parcel for a word by its first block; it may hold another word's blocks. */
HAK_INLINE struct hak_parcel *hak_remote_parcel(struct hak_heap *h, const char *first)
{
	uint32_t mixed = (uint32_t)((uintptr_t)first / HAK_ALIGNMENT) * (uint32_t)2654435761;

	return &h->outbox[mixed >> (32 - HAK_OUTBOX_SHIFT)];
}

/* Adds p to a parcel of h's outbox that has begun, if it is a live block of another heap's slab, and the outbox has
 * room. False: something else is to be done with it. */
HAK_INLINE bool hak_remote_add_own(struct hak_heap *h, void *p)
{
	struct hak_span *span = hak_registry_find(p);
	struct hak_parcel *parcel;
	struct hak_slab *s;
	uint64_t bit;
	unsigned idx;
	char *first;

	if (span == NULL || span->kind != HAK_KIND_SLAB)
		return false;
	s = (struct hak_slab *)span;
	if (hak_load_relaxed(&s->owner) == h)
		return false;
	idx = hak_slab_idx_of(s, p);
	if (HAK_UNLIKELY(!hak_slab_has_block(s, p, idx)) || HAK_UNLIKELY(hak_slab_is_free_any(s, idx)))
		return false;
	first = hak_remote_first(s, idx);
	parcel = hak_remote_parcel(h, first);
	bit = (uint64_t)1 << idx % HAK_WORD_BITS;
	if (parcel->first != first || HAK_UNLIKELY((parcel->bits & bit) != 0) ||
		HAK_UNLIKELY(h->outbox_bytes + s->block_size >= HAK_OUTBOX_BYTES))
		return false;
	parcel->bits |= bit;
	hak_own_add(&h->bin[s->span.sc].n_sent, 1);
	h->outbox_bytes += s->block_size;
	return true;
}

/* Sends block idx of slab s home: through h's outbox. */
void hak_remote_push_own(struct hak_heap *h, struct hak_slab *s, unsigned idx, const struct hak_caller *caller);

/* Sends the blocks [first, first + n) of slab s home, from a thread that need not have a heap. */
void hak_remote_send_any(struct hak_slab *s, unsigned first, unsigned n);

/* Empties the outbox. */
void hak_remote_flush_own(struct hak_heap *h);

/* Puts back into their slabs what others sent to h: of one class, of all. */
void hak_remote_collect_class_own(struct hak_heap *h, unsigned sc);
void hak_remote_collect_own(struct hak_heap *h);

/* Has h anything to collect? A hint. */
bool hak_remote_is_pending_any(const struct hak_heap *h);

/* Sends every slab announced to h on to its owner. */
void hak_remote_forward_any(struct hak_heap *h);

#endif
