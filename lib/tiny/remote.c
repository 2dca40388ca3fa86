/* SPDX-License-Identifier: MIT */
#include "tiny/remote.h"

#include "conf/options.h"
#include "tiny/aside.h"

/* Pushes s, which only we may announce (we set is_pending), into its owner's list for its class. If it gets another
 * owner or class meanwhile, then either whoever changes that finds it in the old list, having changed both before
 * looking there; or we see the change and forward the lists ourselves (T2). */
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

/* Called after a remote bit of s was set. Meanwhile s may have been collected, or released and its descriptor reused
 * (B3). */
void hak_remote_announce_any(struct hak_slab *s)
{
	if (hak_swap_ordered(&s->is_pending, 1) == 0)
		deliver_any(s);
}

static void collect_slab_locked(struct hak_heap *h, struct hak_slab *s, struct hak_after *after)
{
	uint64_t *remote = s->remote;

	if (HAK_UNLIKELY(s->aside != NULL) && hak_does(HAK_HARDEN_QUARANTINE)) {
		hak_aside_hold_locked(h, s, after);
		return;
	}
	for (unsigned w = 0; w < s->n_words; w++) {
		uint64_t bits;

		if (hak_load_ordered(&remote[w]) == 0)
			continue;
		bits = hak_swap_ordered(&remote[w], 0);
		hak_slab_put_locked(h, s, w, bits, after);
	}
}

void hak_remote_collect_class_locked(struct hak_heap *h, unsigned sc, struct hak_after *after)
{
	struct hak_slab *s;

	if (HAK_UNLIKELY(h->held[sc] != NULL))
		hak_aside_release_locked(h, sc, after);
	if (hak_load_relaxed(&h->pending[sc]) == NULL)
		return;
	s = hak_swap_ordered(&h->pending[sc], NULL);
	while (s != NULL) {
		struct hak_slab *next = hak_load_relaxed(&s->next_pending);

		/* It stays in h as long as we hold the lock. */
		if (hak_load_ordered(&s->owner) == h) {
			/* Ordered: clear the mark, then look at the bits. Whoever sets a bit after that finds the mark
			 * cleared, and announces again. */
			hak_store_ordered(&s->is_pending, 0);
			collect_slab_locked(h, s, after);
		} else {
			deliver_any(s);
		}
		s = next;
	}
}
