/* SPDX-License-Identifier: MIT */
#include "tiny/remote.h"

#include "conf/report.h"

/* Puts s, which nobody else may announce (is_pending is ours), into its owner's list. */
static struct hak_heap *push_pending_any(struct hak_slab *s)
{
	struct hak_heap *owner = hak_load_ordered(&s->owner);
	struct hak_slab *head = hak_load_relaxed(&owner->pending);

	do
		hak_store_relaxed(&s->next_pending, head);
	/* Ordered: the push before the second look at owner in deliver_any(). */
	while (!hak_cas_ordered(&owner->pending, &head, s));
	return owner;
}

/* Pushes s to its owner. Who becomes its owner meanwhile either finds it in the old one's list (having set owner
 * before looking there), or we see the new owner and forward the list ourselves (T2). */
static void deliver_any(struct hak_slab *s)
{
	struct hak_heap *to = push_pending_any(s);

	if (HAK_UNLIKELY(hak_load_ordered(&s->owner) != to))
		hak_remote_forward_any(to);
}

void hak_remote_forward_any(struct hak_heap *h)
{
	struct hak_slab *s = hak_swap_ordered(&h->pending, NULL);

	while (s != NULL) {
		struct hak_slab *next = hak_load_relaxed(&s->next_pending);

		deliver_any(s);
		s = next;
	}
}

/* Called after a remote bit of s was set; s may already be collected, or released and made anew (B3). */
static void announce_any(struct hak_slab *s)
{
	if (hak_load_ordered(&s->is_pending) == 0 && hak_swap_ordered(&s->is_pending, 1) == 0)
		deliver_any(s);
}

void hak_remote_send_any(struct hak_slab *s, unsigned first, unsigned n)
{
	hak_add_relaxed(&hak_heap_none.bin[s->span.sc].n_sent, n); /* no heap's own */
	while (n > 0) {
		unsigned at = first % HAK_WORD_BITS;
		unsigned k = n < HAK_WORD_BITS - at ? n : HAK_WORD_BITS - at;

		hak_or_ordered(&hak_slab_remote(s)[first / HAK_WORD_BITS], hak_bits_mask(at, k));
		first += k;
		n -= k;
	}
	announce_any(s);
}

/* Sends blocks [from, n) of the outbox that share a word of a remote bitmap with the one at `from`. Returns where
 * to go on. */
static unsigned send_word_own(struct hak_heap *h, unsigned from)
{
	void *first = h->outbox[from];
	struct hak_slab *s = (struct hak_slab *)hak_registry_find(first);
	unsigned w = hak_slab_idx_of(s, first) / HAK_WORD_BITS;
	uint64_t bits = 0, before;
	unsigned at;

	for (at = from; at < h->n_outbox; at++) {
		void *p = h->outbox[at];
		unsigned idx;
		uint64_t bit;

		if (hak_registry_find(p) != &s->span)
			break;
		idx = hak_slab_idx_of(s, p);
		bit = (uint64_t)1 << idx % HAK_WORD_BITS;
		if (idx / HAK_WORD_BITS != w)
			break;
		if (bits & bit) {
			hak_own_add(&h->bin[s->span.sc].n_sent, (uint64_t)-1);
			hak_report_bad_free(HAK_DOUBLE_FREE, "free", p, s->block_size, NULL);
		}
		bits |= bit;
	}
	before = hak_or_ordered(&hak_slab_remote(s)[w], bits);
	if (HAK_UNLIKELY(before & bits)) {
		hak_own_add(&h->bin[s->span.sc].n_sent, (uint64_t)0 - hak_bits_count(before & bits));
		hak_report_bad_free(HAK_DOUBLE_FREE, "free",
			s->span.base + (size_t)(w * HAK_WORD_BITS + hak_bits_low(before & bits)) * s->block_size,
			s->block_size, NULL);
	}
	announce_any(s);
	return at;
}

void hak_remote_flush_own(struct hak_heap *h)
{
	unsigned at = 0;

	if (h->n_outbox > 0)
		hak_own_add(&h->n_flushes, 1);
	while (at < h->n_outbox) {
		struct hak_span *span = hak_registry_find(h->outbox[at]);

		/* Its block was alive when it was put here: only a second free of it can have emptied the slab. */
		if (HAK_UNLIKELY(span == NULL || span->kind != HAK_KIND_SLAB)) {
			hak_report_bad_free(HAK_DOUBLE_FREE, "free", h->outbox[at], HAK_CLASS_NONE, NULL);
			at++;
			continue;
		}
		at = send_word_own(h, at);
	}
	h->n_outbox = 0;
}

void hak_remote_push_own(struct hak_heap *h, struct hak_slab *s, void *p)
{
	if (h->n_outbox == HAK_OUTBOX_SLOTS)
		hak_remote_flush_own(h);
	h->outbox[h->n_outbox++] = p;
	hak_own_add(&h->bin[s->span.sc].n_sent, 1);
}

static void collect_slab_own(struct hak_heap *h, struct hak_slab *s)
{
	struct hak_bin *bin = &h->bin[s->span.sc];
	uint64_t *remote = hak_slab_remote(s);

	for (unsigned w = 0; w < s->n_words; w++) {
		uint64_t bits, twice;

		if (hak_load_ordered(&remote[w]) == 0)
			continue;
		bits = hak_swap_ordered(&remote[w], 0);
		twice = bits & s->bits[w];
		if (HAK_UNLIKELY(twice != 0))
			hak_report_bad_free(HAK_DOUBLE_FREE, "free",
				s->span.base + (size_t)(w * HAK_WORD_BITS + hak_bits_low(twice)) * s->block_size,
				s->block_size, NULL);
		hak_own_add(&bin->n_collected, hak_bits_count(bits));
		bits &= ~twice;
		if (bits != 0 && !hak_slab_put_own(h, s, w, bits, hak_bits_count(bits)))
			return;
	}
}

void hak_remote_collect_own(struct hak_heap *h)
{
	struct hak_slab *s;

	if (hak_load_relaxed(&h->pending) == NULL)
		return;
	s = hak_swap_ordered(&h->pending, NULL);
	while (s != NULL) {
		struct hak_slab *next = hak_load_relaxed(&s->next_pending);

		/* A live slab of ours stays ours: only we could give it away. */
		if (hak_load_ordered(&s->owner) == h) {
			/* Ordered: clear the mark, then look at the bits; who sets a bit after we looked finds the
			 * mark cleared and announces anew. */
			hak_store_ordered(&s->is_pending, 0);
			collect_slab_own(h, s);
		} else {
			deliver_any(s);
		}
		s = next;
	}
}
