/* SPDX-License-Identifier: MIT */
#include "tiny/hole.h"

#include "base/bits.h"
#include "os/page.h"
#include "tiny/remote.h"

/* The whole OS pages on the blocks [first, first + n). */
static size_t pages_of(const struct hak_slab *s, unsigned first, unsigned n, char **from)
{
	size_t page = hak_os_page_size();
	uintptr_t start = (uintptr_t)s->span.base + (size_t)first * s->block_size;
	uintptr_t end = start + (size_t)n * s->block_size;

	/* Behind the last block there is nothing but the slab's end. */
	if (first + n == s->n_blocks)
		end = (uintptr_t)s->span.base + s->span.n_slices * HAK_SLICE_SIZE;
	start = hak_round_up(start, page);
	end = hak_round_down(end, page);
	*from = (char *)start;
	return end > start ? end - start : 0;
}

/* Takes the holes of one slab. Returns how many; *is_done: there are no more. */
static unsigned take_from_slab(struct hak_heap *h, struct hak_slab *s, struct hak_hole *holes, unsigned n,
	bool *is_done)
{
	size_t least = HAK_HOLE_PAGES * hak_os_page_size();
	unsigned n_taken = 0;
	unsigned at = s->hole_at;

	while (n_taken < n) {
		unsigned first = hak_bits_find(s->bits, s->n_blocks, at, true);
		unsigned end = hak_bits_find(s->bits, s->n_blocks, first, false);
		char *from;

		*is_done = first == s->n_blocks;
		if (*is_done)
			break;
		s->hole_at = (uint16_t)end;
		at = end;
		if (pages_of(s, first, end - first, &from) < least)
			continue;
		hak_slab_take_range_own(h, s, first, end - first);
		holes[n_taken++] = (struct hak_hole){ .slab = s, .first = first, .n = end - first };
	}
	return n_taken;
}

static size_t count_bytes(const struct hak_slab *s)
{
	size_t n_bytes = 0;
	unsigned end = 0;

	for (;;) {
		unsigned first = hak_bits_find(s->bits, s->n_blocks, end, true);
		char *from;

		if (first == s->n_blocks)
			return n_bytes;
		end = hak_bits_find(s->bits, s->n_blocks, first, false);
		n_bytes += pages_of(s, first, end - first, &from);
	}
}

/* Leaves the holes of a slab where they are, if huge pages are worth more. */
static bool keep_holes(struct hak_slab *s)
{
	size_t n_old = s->kept;

	if (n_old == 0 && !hak_superslab_is_huge(s->span.superslab))
		return false;
	s->kept = (uint32_t)count_bytes(s);
	if (hak_superslab_keep_holes(s->span.superslab, n_old, s->kept))
		return true;
	s->kept = 0;
	return false;
}

/* Holes that were kept go when their superslab's huge pages have been broken. */
static bool is_due(const struct hak_slab *s, bool all)
{
	if (s->news == HAK_NEWS_NONE)
		return s->kept > 0 && !hak_superslab_is_huge(s->span.superslab);
	return s->news == HAK_NEWS_AGED || all;
}

unsigned hak_hole_take_own(struct hak_heap *h, unsigned sc, struct hak_hole *holes, unsigned n, bool all)
{
	struct hak_link *head = &h->bin[sc].open;
	struct hak_link *next;
	unsigned n_taken = 0;

	for (struct hak_link *l = head->next; l != head && n_taken < n; l = next) {
		struct hak_slab *s = HAK_MEMBER(l, struct hak_slab, link);
		bool is_done = true;

		next = l->next; /* the slab leaves the list with its last free block */
		if (!is_due(s, all))
			continue;
		if (s->hole_at > 0 || !keep_holes(s))
			n_taken += take_from_slab(h, s, holes + n_taken, n - n_taken, &is_done);
		if (is_done) {
			s->news = HAK_NEWS_NONE;
			s->hole_at = 0;
		}
	}
	return n_taken;
}

void hak_hole_age_own(struct hak_heap *h, unsigned sc)
{
	struct hak_link *head = &h->bin[sc].open;

	for (struct hak_link *l = head->next; l != head; l = l->next) {
		struct hak_slab *s = HAK_MEMBER(l, struct hak_slab, link);

		if (s->news == HAK_NEWS_FRESH)
			s->news = HAK_NEWS_AGED;
	}
}

size_t hak_hole_purge_any(const struct hak_hole *hole)
{
	char *from;
	size_t size = pages_of(hole->slab, hole->first, hole->n, &from);

	hak_superslab_break(hole->slab->span.superslab);
	return hak_os_purge(from, size) ? size : 0;
}

void hak_hole_put_own(struct hak_heap *h, const struct hak_hole *hole)
{
	hak_slab_put_range_own(h, hole->slab, hole->first, hole->n);
}

void hak_hole_send_any(const struct hak_hole *hole)
{
	hak_remote_send_any(hole->slab, hole->first, hole->n);
}
