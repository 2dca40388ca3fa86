/* SPDX-License-Identifier: MIT */
#include "tiny/hole.h"

#include "base/atomic.h"
#include "conf/limits.h"
#include "conf/report.h"
#include "os/page.h"
#include "tiny/aside.h"
#include "tiny/group.h"

struct hole {
	struct hak_slab *slab;
	unsigned first, n; /* blocks */
};

/* The whole OS pages on the blocks [first, first + n). */
static size_t pages_of(const struct hak_slab *s, unsigned first, unsigned n, char **from)
{
	size_t page = hak_os_page_size();
	uintptr_t start = (uintptr_t)s->span.base + (size_t)first * s->span.size;
	uintptr_t end = start + (size_t)n * s->span.size;

	/* The unused end of the slab belongs to the last block. */
	if (first + n == s->n_blocks)
		end = (uintptr_t)s->span.base + s->span.n_slices * HAK_SLICE_SIZE;
	start = hak_round_up(start, page);
	end = hak_round_down(end, page);
	*from = (char *)start;
	return end > start ? end - start : 0;
}

/* Takes holes of one slab. Returns how many; fewer than n: there are no more. */
static unsigned take_from_slab_locked(struct hak_heap *h, struct hak_slab *s, struct hole *holes, unsigned n)
{
	size_t least = HAK_HOLE_PAGES * hak_os_page_size();
	unsigned n_taken = 0;

	while (n_taken < n) {
		unsigned first = hak_bits_find(s->bits, s->n_blocks, s->hole_at, true);
		unsigned end = hak_bits_find(s->bits, s->n_blocks, first, false);
		char *from;

		if (first == s->n_blocks)
			break;
		s->hole_at = (uint16_t)end;
		if (pages_of(s, first, end - first, &from) < least)
			continue;
		hak_slab_take_range_locked(h, s, first, end - first);
		holes[n_taken++] = (struct hole){ .slab = s, .first = first, .n = end - first };
	}
	return n_taken;
}

static size_t count_hole_bytes(const struct hak_slab *s)
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

/* Should the holes of a slab stay, because huge pages are worth more? */
static bool keep_holes(struct hak_slab *s)
{
	size_t n_old = s->kept;

	if (n_old == 0 && !hak_superslab_is_huge(s->span.superslab))
		return false;
	hak_own_set(&s->kept, (uint32_t)count_hole_bytes(s));
	if (hak_superslab_keep_holes(s->span.superslab, n_old, s->kept))
		return true;
	s->kept = 0;
	return false;
}

/* Takes up to n holes from slabs that this round has not looked at yet. Returns how many. */
static unsigned take_holes_locked(struct hak_heap *h, struct hole *holes, unsigned n, bool all)
{
	unsigned n_taken = 0;

	for (unsigned i = 0; i < HAK_HOLE_LOOKS && n_taken < n && h->n_round > 0 && !hak_list_is_empty(&h->news); i++) {
		struct hak_slab *s = HAK_MEMBER(h->news.next, struct hak_slab, in_news);

		if (s->news == HAK_NEWS_FRESH && !all) {
			s->news = HAK_NEWS_AGED;
			s->hole_at = 0;
			s->round = h->round;
			hak_list_remove(&s->in_news);
			hak_list_put_last(&h->news, &s->in_news);
			h->n_round--;
			continue;
		}
		if (s->hole_at > 0 || !keep_holes(s))
			n_taken += take_from_slab_locked(h, s, holes + n_taken, n - n_taken);
		if (n_taken < n)
			hak_slab_untell_locked(h, s); /* its holes are purged, or stay */
	}
	return n_taken;
}

static void put_holes_back(struct hak_heap *h, const struct hole *holes, unsigned n)
{
	struct hak_after after = { .gone = NULL };

	hak_heap_lock(h);
	for (unsigned i = 0; i < n; i++)
		hak_slab_put_range_locked(h, holes[i].slab, holes[i].first, holes[i].n, &after);
	h->n_purging--;
	hak_heap_unlock(h);
	hak_slab_finish(&after);
}

static size_t purge_hole(const struct hole *hole)
{
	char *from;
	size_t size = pages_of(hole->slab, hole->first, hole->n, &from);

	if (HAK_UNLIKELY(hole->slab->aside != NULL)) {
		void *written = hak_aside_find_written(hole->slab, hole->first, hole->n);

		if (written != NULL)
			hak_report_late(HAK_WRITTEN_FREE, written, hole->slab->span.size);
	}
	hak_superslab_break(hole->slab->span.superslab);
	return hak_os_purge(from, size) ? size : 0;
}

bool hak_hole_is_due_any(const struct hak_heap *h)
{
	return hak_load_relaxed(&h->n_news) > 0;
}

void hak_hole_tell_kept(void)
{
	for (struct hak_slab *s = hak_group_first_slab_any(); s != NULL; s = s->next) {
		struct hak_heap *h = hak_load_relaxed(&s->owner);

		if (h == &hak_heap_none || hak_load_relaxed(&s->kept) == 0)
			continue;
		hak_heap_lock(h);
		if (hak_load_relaxed(&s->owner) == h && s->kept > 0 && s->news == HAK_NEWS_NONE) {
			hak_slab_tell_locked(h, s);
			s->news = HAK_NEWS_AGED;
		}
		hak_heap_unlock(h);
	}
}

static void begin_round_locked(struct hak_heap *h)
{
	h->n_round = h->n_news;
	h->round++;
}

/* Continues this round, or begins the next one if it is time. */
static bool continue_round_locked(struct hak_heap *h, uint64_t now, uint64_t delay)
{
	if (h->n_round == 0 && h->round_at <= now) {
		begin_round_locked(h);
		h->round_at = now + delay;
	}
	return h->n_round > 0;
}

size_t hak_hole_purge_any(struct hak_heap *h, uint64_t now, uint64_t delay, bool all, bool (*has_time)(void *), void *arg)
{
	struct hole holes[HAK_HOLE_BATCH];
	size_t n_bytes = 0;
	unsigned n;
	bool is_there = true;

	if (all) {
		hak_heap_lock(h);
		begin_round_locked(h);
		hak_heap_unlock(h);
	}
	while (is_there && has_time(arg)) {
		hak_heap_lock(h);
		is_there = (all && h->n_round > 0) || (!all && continue_round_locked(h, now, delay));
		n = is_there ? take_holes_locked(h, holes, HAK_HOLE_BATCH, all) : 0;
		h->n_purging += n > 0; /* H3 */
		hak_heap_unlock(h);
		for (unsigned i = 0; i < n; i++)
			n_bytes += purge_hole(&holes[i]);
		if (n > 0)
			put_holes_back(h, holes, n);
	}
	return n_bytes;
}
