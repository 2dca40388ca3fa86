/* SPDX-License-Identifier: MIT */
#include "tiny/remote.h"

#include "conf/report.h"

/* Pushes s, which nobody else may announce (is_pending is ours), into its owner's list for its class. Who becomes its
 * owner meanwhile, or makes it anew as another class, either finds it in the old list (having set both before looking
 * there), or we see the change and forward the lists ourselves (T2). */
static void deliver_any(struct hak_slab *s)
{
	struct hak_heap *owner = hak_load_ordered(&s->owner);
	uint32_t sc = hak_load_ordered(&s->pending_sc);
	struct hak_slab **list = &owner->pending[sc];
	struct hak_slab *head = hak_load_relaxed(list);

	do
		hak_store_relaxed(&s->next_pending, head);
	/* Ordered: the push before the second look at the owner and the class. */
	while (!hak_cas_ordered(list, &head, s));
	if (HAK_UNLIKELY(hak_load_ordered(&s->owner) != owner || hak_load_ordered(&s->pending_sc) != sc))
		hak_remote_forward_any(owner);
}

void hak_remote_forward_any(struct hak_heap *h)
{
	for (unsigned sc = 0; sc < HAK_N_CLASSES; sc++) {
		struct hak_slab *s = hak_load_ordered(&h->pending[sc]) != NULL ? hak_swap_ordered(&h->pending[sc], NULL) : NULL;

		while (s != NULL) {
			struct hak_slab *next = hak_load_relaxed(&s->next_pending);

			deliver_any(s);
			s = next;
		}
	}
}

/* Called after a remote bit of s was set; s may already be collected, or released and made anew (B3). */
void hak_remote_announce_any(struct hak_slab *s)
{
	if (hak_swap_ordered(&s->is_pending, 1) == 0)
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
	hak_remote_announce_any(s);
}

bool hak_remote_free_proved_own(struct hak_heap *h, struct hak_slab *s, unsigned idx)
{
	h->remote_bytes += s->block_size;
	if (h->remote_bytes >= HAK_SLICE_SIZE) {
		hak_own_add(&h->n_slices_given, (uint32_t)(h->remote_bytes / HAK_SLICE_SIZE));
		h->remote_bytes %= HAK_SLICE_SIZE;
	}
	return hak_remote_push_own(h, s, idx);
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

void hak_remote_collect_class_own(struct hak_heap *h, unsigned sc)
{
	struct hak_slab *s;

	if (hak_load_relaxed(&h->pending[sc]) == NULL)
		return;
	s = hak_swap_ordered(&h->pending[sc], NULL);
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

void hak_remote_collect_own(struct hak_heap *h)
{
	for (unsigned sc = 0; sc < HAK_N_CLASSES; sc++)
		hak_remote_collect_class_own(h, sc);
}

bool hak_remote_is_pending_any(const struct hak_heap *h)
{
	for (unsigned sc = 0; sc < HAK_N_CLASSES; sc++)
		if (hak_load_relaxed(&h->pending[sc]) != NULL)
			return true;
	return false;
}
