/* SPDX-License-Identifier: MIT */
#include "tiny/remote.h"

#include "conf/options.h"
#include "os/fork.h"
#include "tiny/aside.h"
#include "tiny/group.h"

static uint32_t restarted_in = 1; /* any: the generation in which lists and marks are sound (T3); 1: the first */
static uint32_t begun_in = 1;     /* any: the one whose restart has begun */

/* Ordered: after a bit was set, before the mark or a list is touched. */
static bool is_sound(void)
{
	return HAK_LIKELY(hak_load_ordered(&restarted_in) == hak_fork_generation());
}

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
	if (HAK_UNLIKELY(!is_sound()))
		return;
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
	hak_lock_note(1); /* a handler that forks here must not restart (T3) */
	if (is_sound() && hak_swap_ordered(&s->is_pending, 1) == 0)
		deliver_any(s);
	hak_lock_note(-1);
}

static void forget_lists(struct hak_heap *h)
{
	for (unsigned sc = 0; sc < HAK_N_CLASSES; sc++)
		if (hak_load_relaxed(&h->pending[sc]) != NULL)
			hak_store_relaxed(&h->pending[sc], NULL);
}

static bool has_bits(const struct hak_slab *s)
{
	uint64_t all = 0;

	for (unsigned w = 0; w < s->n_words; w++)
		all |= hak_load_ordered(&s->remote[w]);
	return all != 0;
}

HAK_COLD void hak_remote_restart(struct hak_heap *first)
{
	uint32_t now = hak_fork_generation(), seen = hak_load_relaxed(&begun_in);

	if (is_sound() || seen == now || !hak_cas_acquire(&begun_in, &seen, now))
		return;
	for (struct hak_heap *h = first; h != NULL; h = hak_load_acquire(&h->next))
		forget_lists(h);
	forget_lists(&hak_heap_none);
	forget_lists(&hak_aside_nothing);
	for (struct hak_slab *s = hak_group_first_slab_any(); s != NULL; s = s->next)
		if (hak_load_relaxed(&s->is_pending) != 0)
			hak_store_ordered(&s->is_pending, 0);
	/* Ordered: whoever did not announce a bit, because of what we changed until here, had set it before: we see it. */
	hak_store_ordered(&restarted_in, now);
	for (struct hak_slab *s = hak_load_ordered(&hak_group_slabs); s != NULL; s = s->next)
		if (hak_load_ordered(&s->owner) != &hak_heap_none && has_bits(s))
			hak_remote_announce_any(s);
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
	if (hak_load_relaxed(&h->pending[sc]) == NULL || HAK_UNLIKELY(!is_sound()))
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
