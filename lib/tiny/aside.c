/* SPDX-License-Identifier: MIT */
#include "tiny/aside.h"

#include "conf/options.h"
#include "os/page.h"
#include "region/meta.h"
#include "region/pad.h"
#include "region/shut.h"
#include "tiny/remote.h"

struct hak_heap hak_aside_nothing;

unsigned hak_aside_plan(unsigned sc, size_t *room)
{
	size_t size = hak_class_size(sc), page = hak_os_page_size();
	unsigned n = hak_class_first_slices(sc);

	*room = n * HAK_SLICE_SIZE;
	if (hak_class_is_single(sc) || !hak_does(HAK_HARDEN_GUARD))
		return n;
	while (n * HAK_SLICE_SIZE < 2 * size + page)
		n++;
	*room = n * HAK_SLICE_SIZE - page;
	return n;
}

/* Makes the last OS page of a slab inaccessible, if the system can, and no other. False: no memory. */
static bool close_end(const struct hak_slab *s)
{
	bool is_guarded = hak_does(HAK_HARDEN_GUARD);

	if (!hak_shut_open(s->span.superslab, s->span.base, s->span.n_slices - is_guarded))
		return false;
	if (is_guarded)
		hak_shut(s->span.superslab, s->span.base + (s->span.n_slices - 1) * HAK_SLICE_SIZE);
	return true;
}

/* Makes all of a slab inaccessible, if the system can. */
static bool close_all(struct hak_aside *a, const struct hak_slab *s)
{
	if (!hak_shut_open(s->span.superslab, s->span.base, s->span.n_slices))
		return false;
	a->is_closed = hak_os_can_split() && hak_os_close(s->span.base, s->span.n_slices * HAK_SLICE_SIZE);
	hak_os_count_mappings(a->is_closed ? 2 : 0);
	return true;
}

static size_t size_of(const struct hak_slab *s)
{
	return offsetof(struct hak_aside, words) + s->n_words * (sizeof(uint64_t) + HAK_WORD_BITS * sizeof(uint16_t));
}

bool hak_aside_make(const struct hak_heap *h, struct hak_slab *s, bool is_fresh)
{
	struct hak_aside *a = hak_meta_take(size_of(s));

	if (a == NULL)
		return false;
	if (!(h == &hak_aside_nothing ? close_all(a, s) : close_end(s))) {
		hak_meta_give(a, size_of(s));
		return false;
	}
	for (unsigned i = 0; i < s->n_blocks; i++)
		hak_own_set(&s->live[i], is_fresh ? HAK_LIVE_FRESH : hak_does(HAK_HARDEN_ZERO) ? HAK_LIVE_ZERO : 0);
	hak_store_release(&s->aside, a);
	return true;
}

bool hak_aside_drop(struct hak_slab *s)
{
	struct hak_aside *a = s->aside;
	bool is_open = !a->is_closed || hak_os_open(s->span.base, s->span.n_slices * HAK_SLICE_SIZE, "hakmem: superslab");

	hak_os_count_mappings(a->is_closed && is_open ? -2 : 0);
	for (unsigned i = 0; i < s->n_blocks; i++)
		hak_own_set(&s->live[i], 0);
	hak_store_relaxed(&s->aside, NULL);
	hak_meta_give(a, size_of(s));
	return is_open;
}

uint64_t hak_aside_held(const struct hak_slab *s, unsigned w)
{
	struct hak_aside *a = hak_load_acquire(&s->aside);

	return a != NULL ? hak_load_relaxed(&hak_aside_held_of(a)[w]) : 0;
}

static void list_locked(struct hak_heap *h, struct hak_slab *s)
{
	struct hak_aside *a = s->aside;

	if (a->is_held)
		return;
	a->is_held = true;
	a->next_held = h->held[s->span.sc];
	h->held[s->span.sc] = s;
}

void hak_aside_relist_locked(struct hak_heap *h, struct hak_slab *s)
{
	struct hak_aside *a = s->aside;
	uint64_t all = 0;

	/* The fork may have come between the two steps of a release. */
	for (unsigned w = 0; w < s->n_words; w++)
		all |= hak_aside_held_of(a)[w] &= ~s->bits[w];
	a->is_held = false;
	if (all != 0)
		list_locked(h, s);
}

void hak_aside_release_locked(struct hak_heap *h, unsigned sc, struct hak_after *after)
{
	struct hak_slab *s = h->held[sc], *next;

	h->held[sc] = NULL;
	for (; s != NULL; s = next) {
		struct hak_aside *a = s->aside;

		next = a->next_held;
		a->is_held = false;
		for (unsigned w = 0; w < s->n_words; w++) {
			uint64_t bits = hak_aside_held_of(a)[w];

			if (bits == 0)
				continue;
			hak_slab_put_locked(h, s, w, bits, after);
			hak_own_set(&hak_aside_held_of(a)[w], 0);
		}
	}
}

void hak_aside_hold_locked(struct hak_heap *h, struct hak_slab *s, struct hak_after *after)
{
	uint64_t *remote = s->remote, *held = hak_aside_held_of(s->aside), all = 0;

	for (unsigned w = 0; w < s->n_words; w++) {
		uint64_t bits = hak_load_ordered(&remote[w]) != 0 ? hak_swap_ordered(&remote[w], 0) : 0;
		uint64_t twice = bits & (held[w] | s->bits[w]);

		if (HAK_UNLIKELY(twice != 0))
			hak_slab_note_twice_locked(s, w * HAK_WORD_BITS + hak_bits_low(twice), after);
		hak_own_set(&held[w], held[w] | (bits & ~twice));
		all |= held[w];
	}
	/* Otherwise nobody would unlist it before it is given back. */
	if (all != 0)
		list_locked(h, s);
}

/* Are there n free blocks of class sc? */
static bool has_locked(const struct hak_heap *h, unsigned sc, unsigned n)
{
	unsigned n_free = 0;

	for (struct hak_link *l = h->bin[sc].open.next; l != &h->bin[sc].open && n_free < n; l = l->next)
		n_free += HAK_MEMBER(l, struct hak_slab, link)->n_free;
	return n_free >= n;
}

static unsigned enough_of(unsigned sc)
{
	size_t room;
	unsigned n = (hak_aside_plan(sc, &room), (unsigned)(room / hak_class_size(sc)) / 2);

	return n < HAK_HELD_LEAST ? n : HAK_HELD_LEAST;
}

unsigned hak_aside_draw_any(struct hak_heap *h, unsigned sc, bool at_any_price, struct hak_slot *out, unsigned n)
{
	struct hak_link *open = &h->bin[sc].open;
	struct hak_after after = { .gone = NULL };

	hak_random_tend();
	hak_heap_lock(h);
	if (hak_list_is_empty(open)) {
		hak_remote_collect_class_locked(h, sc, &after);
		if (at_any_price && hak_list_is_empty(open))
			hak_remote_collect_class_locked(h, sc, &after);
		if (hak_list_is_empty(open) ||
			(!at_any_price && hak_does(HAK_HARDEN_QUARANTINE) && !has_locked(h, sc, enough_of(sc))))
			n = 0;
	}
	if (n > 0)
		n = hak_slab_draw_locked(h, HAK_MEMBER(open->next, struct hak_slab, link), out, n);
	hak_heap_unlock(h);
	hak_slab_finish(&after);
	return n;
}

/* Was block i written to since it was freed? Its next owner may take it just now; then it is no longer marked. */
static bool is_written(const struct hak_slab *s, unsigned i)
{
	const uint8_t *live = &s->live[i];

	if ((hak_load_acquire(live) & HAK_LIVE_ZERO) == 0 || hak_aside_is_closed(s) ||
		hak_pad_is_zero(s->span.base + i * s->span.size, s->span.size))
		return false;
	hak_fence_acquire();
	return (hak_load_relaxed(live) & HAK_LIVE_ZERO) != 0;
}

void *hak_aside_find_written(const struct hak_slab *s, unsigned first, unsigned n)
{
	for (unsigned i = first; s->aside != NULL && i < first + n; i++)
		if (is_written(s, i))
			return s->span.base + i * s->span.size;
	return NULL;
}

/* Has the pattern of block i changed? Its owner may be writing it just now, so this looks twice, each time making sure that
 * the block itself has not changed meanwhile. */
static bool is_overflown(const struct hak_slab *s, unsigned i)
{
	const char *p = s->span.base + i * s->span.size;
	const uint8_t *live = &s->live[i];

	for (unsigned k = 0; k < 2; k++) {
		uint8_t seen = hak_load_acquire(live);
		size_t margin = hak_aside_margin(s, i);

		if (!hak_is_alive(seen) || hak_pad_is_whole(p, p + s->span.size - margin, margin) ||
			hak_load_acquire(live) != seen || hak_aside_margin(s, i) != margin)
			return false;
	}
	return true;
}

bool hak_aside_is_underflown(const struct hak_slab *s, size_t idx)
{
	const char *p = s->span.base + idx * s->span.size;
	size_t n;

	if (idx == 0 || !hak_is_alive(hak_load_acquire(&s->live[idx - 1])))
		return false;
	n = hak_aside_margin(s, idx - 1);
	if (n >= HAK_PAD_WORD ? ((const uint64_t *)(const void *)p)[-1] == hak_pad_pattern(p - s->span.size) :
		hak_pad_is_whole(p - s->span.size, p - n, n))
		return false;
	return is_overflown(s, (unsigned)idx - 1);
}

size_t hak_aside_check_locked(const struct hak_slab *s, const void **found)
{
	size_t n_faults = 0;

	for (unsigned i = 0; s->aside != NULL && i < s->n_blocks; i++) {
		const char *p = s->span.base + i * s->span.size;

		if (is_written(s, i)) {
			hak_pad_tell(p, ": write after free\n", found);
			n_faults++;
		} else if (hak_does(HAK_HARDEN_PAD) && is_overflown(s, i)) {
			hak_pad_tell(p, ": overflow\n", found);
			n_faults++;
		}
	}
	return n_faults;
}
