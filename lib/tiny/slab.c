/* SPDX-License-Identifier: MIT */
#include "tiny/slab.h"

#include <string.h>

#include "base/probe.h"
#include "base/text.h"
#include "conf/options.h"
#include "os/page.h"
#include "region/huge.h"
#include "region/limit.h"
#include "region/slack.h"
#include "tiny/aside.h"
#include "tiny/group.h"
#include "tiny/remote.h"

/* hak_registry_idx_hit() */
HAK_STATIC(HAK_SLAB_SLICES_MAX * HAK_SLICE_SIZE <= (size_t)1 << 20);

static struct hak_slab *of_link(struct hak_link *link)
{
	return HAK_MEMBER(link, struct hak_slab, link);
}

/* Do the counts match the bitmap (B1)? */
static bool is_counted(const struct hak_slab *s)
{
	unsigned n_free = 0;

	for (unsigned w = 0; w < s->n_words; w++) {
		n_free += hak_bits_count(s->bits[w]);
		if (s->bits[w] != 0 && w < s->first_word)
			return false;
	}
	return n_free == s->n_free;
}

static void audit_locked(const struct hak_heap *h, const struct hak_slab *s)
{
	HAK_REQUIRE(is_counted(s), "audit: a slab's counts do not match its bitmap");
	HAK_REQUIRE(s->link.next->prev == &s->link && s->link.prev->next == &s->link, "audit: a slab is in no list");
	HAK_REQUIRE(hak_load_relaxed(&s->owner) == h, "audit: a slab is another heap's");
	for (unsigned i = 0; i < s->n_blocks; i++)
		HAK_REQUIRE(!hak_bit_is_set(s->bits, i) || !hak_is_alive(hak_load_relaxed(&s->live[i])), "audit: a free block is live");
}

/* No larger than an OS page: where all blocks are in use, every OS page is touched. */
static bool is_dense(size_t size)
{
	return size <= hak_os_page_size();
}

/* n: 1 if h gets s, -1 if it loses it. */
static void count_slab_locked(struct hak_heap *h, const struct hak_slab *s, int n)
{
	struct hak_bin *bin = &h->bin[s->span.sc];

	if (bin->n_slabs == (n > 0 ? 0 : 1) && is_dense(s->span.size))
		hak_huge_count_first((int64_t)n * hak_class_slices(s->span.sc));
	hak_own_add(&bin->n_slabs, (uint32_t)n);
}

/* Makes all blocks free; the bits behind the last block stay clear. */
static void free_all_blocks(struct hak_slab *s)
{
	unsigned n_left = s->n_blocks;

	for (unsigned w = 0; w < s->n_words; w++) {
		unsigned n = n_left < HAK_WORD_BITS ? n_left : HAK_WORD_BITS;

		hak_own_set(&s->remote[w], 0);
		hak_own_set(&s->bits[w], n > 0 ? hak_bits_mask(0, n) : 0);
		n_left -= n;
	}
	hak_own_set(&s->n_free, s->n_blocks);
	s->first_word = 0;
	s->news = HAK_NEWS_NONE;
	s->hole_at = 0;
	s->kept = 0;
	hak_own_set(&s->live[0], s->n_blocks == 1 ? HAK_LIVE_HOME : 0);
	hak_own_set(hak_slab_only(s->live), s->n_blocks == 1 ? hak_slab_make_only(s->span.base, s->span.sc) : 0);
}

/* Slices in which a block begins: the others need no front entry. */
static unsigned count_fronts(const struct hak_slab *s)
{
	return s->n_blocks > 1 ? s->span.n_slices : 1;
}

/* From here on the threads that use h hit with its blocks. */
static void put_front(const struct hak_heap *h, const struct hak_slab *s)
{
	hak_registry_put_front(s->span.base, count_fronts(s), h->tag, s->span.sc,
		&(const struct hak_front){ .base = s->span.base, .live = s->live, .inverse = s->inverse });
}

/* The slices of h's next slab of class sc; *room: the bytes that are for blocks. */
static unsigned plan(const struct hak_heap *h, unsigned sc, size_t *room)
{
	unsigned n;

	if (hak_is_hardened())
		return hak_aside_plan(sc, room);
	n = hak_load_relaxed(&h->bin[sc].n_slabs) > 0 ? hak_class_slices(sc) : hak_class_first_slices(sc);
	*room = n * HAK_SLICE_SIZE;
	return n;
}

struct hak_slab *hak_slab_make_any(struct hak_heap *h, unsigned sc)
{
	size_t size = hak_class_size(sc), room;
	unsigned n_slices = plan(h, sc, &room);
	unsigned n_blocks = (unsigned)(room / size);
	struct hak_slab *s = hak_group_take(HAK_N_WORDS(n_blocks));
	struct hak_slices slices;

	if (s == NULL)
		return NULL;
	if (!(is_dense(size) && !hak_does(HAK_HARDEN_GUARD) ? hak_superslab_take_dense(n_slices, &slices) :
		hak_superslab_take(n_slices, HAK_SLICE_SIZE, &slices))) {
		hak_group_give(s);
		return NULL;
	}
	HAK_NOTE_WRITE(s, sizeof *s);
	hak_own_set(&s->span.kind, HAK_KIND_SLAB);
	hak_own_set(&s->span.sc, (uint8_t)sc);
	hak_own_set(&s->span.base, slices.base);
	hak_own_set(&s->span.size, size);
	s->span.n_slices = n_slices;
	s->span.superslab = slices.superslab;
	s->span.is_clean = slices.is_clean;
	hak_own_set(&s->n_blocks, (uint16_t)n_blocks);
	free_all_blocks(s);
	if (hak_is_hardened() && !hak_class_is_single(sc) && !hak_aside_make(h, s, slices.is_fresh)) {
		hak_superslab_give(slices.superslab, slices.base, n_slices);
		hak_group_give(s);
		return NULL;
	}
	if (n_blocks == 1)
		hak_superslab_forgo_rest(&s->span);
	hak_own_set(&s->is_fresh, n_blocks == 1 && slices.is_clean);
	s->inverse = hak_registry_inverse(size);

	hak_registry_put(slices.base, n_slices, &s->span);
	if (!hak_is_hardened()) /* no call hits */
		put_front(h, s);
	hak_add_relaxed(&h->n_made, 1);
	HAK_PROBE(slab, size, slices.base);
	return s;
}

/* n more of h's slabs of class sc are empty. If each has one block, their memory counts as slack. */
static void count_empty_locked(struct hak_heap *h, unsigned sc, int n)
{
	struct hak_bin *bin = &h->bin[sc];

	bin->n_empty += (uint32_t)n;
	if (!hak_class_is_single(sc))
		return;
	hak_own_set(&h->n_single_bytes, h->n_single_bytes + (uint64_t)n * hak_class_size(sc));
	if (bin->n_empty < bin->n_rest)
		bin->n_rest = bin->n_empty;
	/* In large steps, since all heaps write to the sum. */
	if (h->n_single_bytes >= h->n_slack_bytes + HAK_SLACK_STEP || h->n_single_bytes + HAK_SLACK_STEP <= h->n_slack_bytes) {
		hak_slack_count_empty((int64_t)(h->n_single_bytes - h->n_slack_bytes));
		h->n_slack_bytes = h->n_single_bytes;
	}
}

static void put_in_list_locked(struct hak_heap *h, struct hak_slab *s)
{
	struct hak_bin *bin = &h->bin[s->span.sc];

	if (s->n_free > 0)
		hak_list_put_first(&bin->open, &s->link);
	else
		hak_list_put_first(&bin->full, &s->link);
	if (s->n_free == s->n_blocks)
		count_empty_locked(h, s->span.sc, 1);
	count_slab_locked(h, s, 1);
	HAK_AUDIT(audit_locked(h, s));
}

void hak_slab_list_locked(struct hak_heap *h, struct hak_slab *s)
{
	hak_store_relaxed(&s->pending_sc, s->span.sc);
	/* Not earlier: a forked child lists whatever has its heap as owner (H1). */
	hak_store_ordered(&s->owner, h);
	/* B3: a late announcement went to hak_heap_none: take it over. Ordered: pairs with hak_remote_announce_any(). */
	if (hak_load_ordered(&s->is_pending))
		hak_remote_forward_any(&hak_heap_none);
	put_in_list_locked(h, s);
}

static void forget_holes(struct hak_slab *s)
{
	if (HAK_UNLIKELY(s->kept > 0))
		hak_superslab_keep_holes(s->span.superslab, s->kept, 0);
	s->kept = 0;
}

void hak_slab_untell_locked(struct hak_heap *h, struct hak_slab *s)
{
	if (s->news == HAK_NEWS_NONE)
		return;
	hak_list_remove(&s->in_news);
	s->news = HAK_NEWS_NONE;
	s->hole_at = 0;
	hak_own_set(&h->n_news, h->n_news - 1);
	if (h->n_round > 0 && s->round != h->round)
		h->n_round--; /* one less to look at */
}

void hak_slab_tell_locked(struct hak_heap *h, struct hak_slab *s)
{
	hak_list_put_last(&h->news, &s->in_news);
	s->round = h->round;
	hak_own_set(&h->n_news, h->n_news + 1);
}

/* Takes a slab out of h's lists. */
static void leave_locked(struct hak_heap *h, struct hak_slab *s)
{
	hak_slab_untell_locked(h, s);
	hak_list_remove(&s->link);
	if (s->n_free == s->n_blocks)
		count_empty_locked(h, s->span.sc, -1);
	count_slab_locked(h, s, -1);
	/* Under the lock: a collecting thread, which holds the lock and finds h here, may rely on it until it is done. */
	hak_store_ordered(&s->owner, &hak_heap_none);
}

/* The same for an empty one, which will be given back. */
static void drop_locked(struct hak_heap *h, struct hak_slab *s, struct hak_after *after)
{
	HAK_ASSERT(s->n_free == s->n_blocks);
	leave_locked(h, s);
	s->link.next = after->gone != NULL ? &after->gone->link : NULL;
	after->gone = s;
	after->heap = h;
}

/* Announced to h, its last owner, when it had left: forward it to where whoever uses the descriptor next looks for it. */
static void forward_from_any(struct hak_heap *h, const struct hak_slab *s)
{
	if (hak_load_ordered(&s->is_pending))
		hak_remote_forward_any(h);
}

static void release_slab(struct hak_slab *s, struct hak_heap *h)
{
	HAK_PROBE(slab_free, s->span.size, s->span.base);
	hak_registry_drop_front(s->span.base, count_fronts(s), h->tag, s->span.sc);
	hak_registry_put(s->span.base, s->span.n_slices, hak_superslab_nothing(s->span.superslab));
	forward_from_any(h, s);
	forget_holes(s);
	if (HAK_UNLIKELY(s->aside != NULL)) {
		void *written = hak_aside_find_written(s, 0, s->n_blocks);

		if (written != NULL)
			hak_report_late(HAK_WRITTEN_FREE, written, s->span.size);
		if (!hak_aside_drop(s))
			return; /* its addresses cannot be used again */
	} else if (HAK_UNLIKELY(hak_does(HAK_HARDEN_ZERO))) {
		/* Made before the process was a hardened one. */
		hak_os_zero(s->span.base, s->span.n_slices * HAK_SLICE_SIZE);
	}
	if (s->n_blocks == 1) {
		hak_own_set(hak_slab_only(s->live), 0);
		hak_superslab_reclaim_rest(&s->span);
	}
	hak_superslab_give(s->span.superslab, s->span.base, s->span.n_slices);
	hak_group_give(s);
}

void hak_slab_finish(struct hak_after *after)
{
	while (after->gone != NULL) {
		struct hak_slab *s = after->gone;

		after->gone = s->link.next != NULL ? of_link(s->link.next) : NULL;
		release_slab(s, after->heap);
	}
	if (HAK_UNLIKELY(after->twice != NULL))
		hak_report_late(HAK_DOUBLE_FREE, after->twice, after->twice_size);
	after->twice = NULL;
}

/* Whoever takes a batch is about to write to its blocks, which may be in another processor's cache: to their first n bytes. */
static inline struct hak_slot prefetch_slot(char *p, uint8_t *live, size_t n)
{
	for (size_t at = 0; at < n; at += HAK_LINE_SIZE)
		__builtin_prefetch(p + at, 1);
	return (struct hak_slot){ p, live };
}

/* The last free block of s was taken. */
static void fill_up_locked(struct hak_heap *h, struct hak_slab *s)
{
	hak_slab_untell_locked(h, s);
	forget_holes(s);
	hak_list_remove(&s->link);
	hak_list_put_first(&h->bin[s->span.sc].full, &s->link);
}

/* n blocks are about to be taken, or as many as there are. Returns how many. */
static unsigned begin_take_locked(struct hak_heap *h, struct hak_slab *s, unsigned n)
{
	if (s->n_free == s->n_blocks)
		count_empty_locked(h, s->span.sc, -1);
	if (s->news == HAK_NEWS_AGED)
		s->news = HAK_NEWS_FRESH;
	return n < s->n_free ? n : s->n_free;
}

static void end_take_locked(struct hak_heap *h, struct hak_slab *s, unsigned n)
{
	hak_own_set(&s->n_free, s->n_free - n);
	if (s->n_free == 0)
		fill_up_locked(h, s);
	HAK_AUDIT(audit_locked(h, s));
}

unsigned hak_slab_take_locked(struct hak_heap *h, struct hak_slab *s, struct hak_slot *out, unsigned n)
{
	size_t size = s->span.size;
	unsigned w = s->first_word;
	unsigned left;

	n = begin_take_locked(h, s, n);
	if (HAK_UNLIKELY(s->n_blocks == 1))
		hak_own_set(&s->live[0], 0);
	left = n;
	while (left > 0) {
		uint64_t free = s->bits[w];
		char *base = s->span.base + (size_t)w * HAK_WORD_BITS * size;
		uint8_t *live = s->live + (size_t)w * HAK_WORD_BITS;

		if (free == ~(uint64_t)0 && left >= HAK_WORD_BITS) {
			for (char *p = base; p < base + HAK_WORD_BITS * size; p += size)
				out[--left] = prefetch_slot(p, live++, 1);
			free = 0;
		}
		while (free != 0 && left > 0) {
			unsigned i = hak_bits_low(free);

			out[--left] = prefetch_slot(base + i * size, live + i, 1);
			free &= free - 1;
		}
		hak_own_set(&s->bits[w], free);
		if (free == 0)
			w++;
	}
	s->first_word = w;
	end_take_locked(h, s, n);
	return n;
}

unsigned hak_slab_draw_locked(struct hak_heap *h, struct hak_slab *s, struct hak_slot *out, unsigned n)
{
	size_t size = s->span.size, checked = size < HAK_DRAW_BYTES ? size : HAK_DRAW_BYTES;

	n = begin_take_locked(h, s, n);
	for (unsigned i = 0; i < n; i++) {
		unsigned from = hak_does(HAK_HARDEN_RANDOM) ? hak_random_below(&h->random, s->n_blocks) : 0;
		unsigned idx = hak_bits_find(s->bits, s->n_blocks, from, true);
		uint64_t *word;

		if (idx == s->n_blocks)
			idx = hak_bits_find(s->bits, s->n_blocks, 0, true);
		word = &s->bits[idx / HAK_WORD_BITS];
		hak_own_set(word, *word & ~((uint64_t)1 << idx % HAK_WORD_BITS));
		out[n - 1 - i] = prefetch_slot(s->span.base + idx * size, s->live + idx, checked);
	}
	end_take_locked(h, s, n);
	return n;
}

void hak_slab_note_twice_locked(const struct hak_slab *s, unsigned idx, struct hak_after *after)
{
	after->twice = s->span.base + idx * s->span.size;
	after->twice_size = s->span.size;
}

void hak_slab_put_locked(struct hak_heap *h, struct hak_slab *s, unsigned w, uint64_t bits, struct hak_after *after)
{
	uint64_t twice = bits & (hak_slab_is_alone_alive(s) ? 1 : s->bits[w]);

	if (HAK_UNLIKELY(twice != 0))
		hak_slab_note_twice_locked(s, w * HAK_WORD_BITS + hak_bits_low(twice), after);
	bits &= ~twice;
	if (bits == 0)
		return;
	hak_own_set(&s->bits[w], s->bits[w] | bits);
	hak_slab_count_put_locked(h, s, w, hak_bits_count(bits), after);
}

/* May h keep one more empty slab of one block, which only its own class can use? */
static bool may_keep_single_locked(const struct hak_heap *h)
{
	return h->n_single_bytes <= HAK_SLACK_LEAST + hak_limit_held() / HAK_SLACK_RATIO && hak_slack_over(0) == 0 &&
		hak_limit_level() == HAK_LIMIT_BELOW;
}

void hak_slab_turn_locked(struct hak_heap *h, struct hak_slab *s, bool was_full, struct hak_after *after)
{
	struct hak_bin *bin = &h->bin[s->span.sc];

	if (was_full) {
		hak_list_remove(&s->link);
		hak_list_put_first(&bin->open, &s->link);
	}
	if (s->n_blocks == 1) {
		hak_own_set(&s->is_fresh, false);
		hak_own_set(&s->live[0], HAK_LIVE_HOME);
	}
	HAK_AUDIT(audit_locked(h, s));
	if (s->n_free < s->n_blocks)
		return;
	count_empty_locked(h, s->span.sc, 1);
	if (bin->n_empty > 1 && (s->n_blocks > 1 || !may_keep_single_locked(h)))
		drop_locked(h, s, after);
}

void hak_slab_take_range_locked(struct hak_heap *h, struct hak_slab *s, unsigned first, unsigned n)
{
	struct hak_bin *bin = &h->bin[s->span.sc];

	HAK_ASSERT(n <= s->n_free && hak_bits_are(s->bits, first, n, true));
	if (s->n_free == s->n_blocks)
		count_empty_locked(h, s->span.sc, -1);
	hak_own_set(&s->n_free, s->n_free - n);
	if (s->n_free == 0) {
		hak_list_remove(&s->link);
		hak_list_put_first(&bin->full, &s->link);
	}
	while (n > 0) {
		unsigned at = first % HAK_WORD_BITS;
		unsigned k = n < HAK_WORD_BITS - at ? n : HAK_WORD_BITS - at;
		uint64_t *word = &s->bits[first / HAK_WORD_BITS];

		hak_own_set(word, *word & ~hak_bits_mask(at, k));
		first += k;
		n -= k;
	}
	HAK_AUDIT(audit_locked(h, s));
}

void hak_slab_put_range_locked(struct hak_heap *h, struct hak_slab *s, unsigned first, unsigned n, struct hak_after *after)
{
	unsigned w = first / HAK_WORD_BITS;
	unsigned n_all = n;
	bool was_full = s->n_free == 0;

	while (n > 0) {
		unsigned at = first % HAK_WORD_BITS;
		unsigned k = n < HAK_WORD_BITS - at ? n : HAK_WORD_BITS - at;
		uint64_t *word = &s->bits[first / HAK_WORD_BITS];

		hak_own_set(word, *word | hak_bits_mask(at, k));
		first += k;
		n -= k;
	}
	if (w < s->first_word)
		s->first_word = w;
	hak_own_set(&s->n_free, s->n_free + n_all);
	if (was_full || s->n_free == s->n_blocks)
		hak_slab_turn_locked(h, s, was_full, after);
}

void hak_slab_drop_empty_locked(struct hak_heap *h, unsigned sc, struct hak_after *after)
{
	struct hak_bin *bin = &h->bin[sc];
	struct hak_link *l, *next;

	for (l = bin->open.next; bin->n_empty > 0; l = next) {
		struct hak_slab *s = of_link(l);

		next = l->next;
		HAK_ASSERT(l != &bin->open); /* n_empty counts slabs that are there */
		if (s->n_free == s->n_blocks)
			drop_locked(h, s, after);
	}
}

struct hak_slab *hak_slab_part_locked(struct hak_heap *h, unsigned sc)
{
	struct hak_link *open = &h->bin[sc].open;

	for (unsigned i = 0; i < HAK_LEND_LOOKS && h->n_purging == 0 && !hak_list_is_empty(open); i++) {
		struct hak_slab *s = of_link(open->next);

		if (s->n_free * HAK_LEND_RATIO >= s->n_blocks) {
			/* Not later: a child that was forked here may use h, and no hit may find what is another heap's. */
			hak_registry_drop_front(s->span.base, count_fronts(s), h->tag, sc);
			leave_locked(h, s);
			return s;
		}
		hak_list_remove(&s->link);
		hak_list_put_last(open, &s->link);
	}
	return NULL;
}

void hak_slab_join_any(struct hak_heap *h, struct hak_slab *s, struct hak_heap *from)
{
	forward_from_any(from, s);
	hak_heap_lock(h);
	hak_slab_list_locked(h, s);
	hak_slab_tell_locked(h, s);
	s->news = HAK_NEWS_FRESH;
	/* Not earlier: what hits gets into a cache of h, which flushes to slabs of h only. Not later: it may be empty soon, and go. */
	put_front(h, s);
	hak_heap_unlock(h);
}

void hak_slab_drop_rested_locked(struct hak_heap *h, unsigned sc, struct hak_after *after)
{
	struct hak_bin *bin = &h->bin[sc];

	for (uint32_t n = bin->n_rest; n > 0; n--) /* the last ones have been there for longest */
		drop_locked(h, of_link(bin->open.prev), after);
	bin->n_rest = bin->n_empty;
}

HAK_COLD void hak_slab_relist_locked(struct hak_heap *h)
{
	for (unsigned sc = 0; sc < HAK_N_CLASSES; sc++) {
		struct hak_bin *bin = &h->bin[sc];

		hak_list_init(&bin->open);
		hak_list_init(&bin->full);
		count_empty_locked(h, sc, -(int)bin->n_empty);
		if (bin->n_slabs > 0 && is_dense(hak_class_size(sc)))
			hak_huge_count_first(-(int64_t)hak_class_slices(sc));
		hak_own_set(&bin->n_slabs, 0);
	}
	hak_list_init(&h->news);
	memset(h->held, 0, sizeof h->held);
	hak_own_set(&h->n_news, 0);
	h->n_round = 0;
	for (struct hak_slab *s = hak_group_first_slab_any(); s != NULL; s = s->next) {
		if (hak_load_relaxed(&s->owner) != h)
			continue;
		s->n_free = 0;
		for (unsigned w = 0; w < s->n_words; w++)
			s->n_free += hak_bits_count(s->bits[w]);
		s->first_word = 0;
		s->hole_at = 0;
		if (s->n_blocks == 1) { /* the bit comes before these (hak_slab_turn_locked()) */
			hak_own_set(&s->is_fresh, false);
			if (s->n_free > 0)
				hak_own_set(&s->live[0], HAK_LIVE_HOME);
		}
		if (s->aside != NULL)
			hak_aside_relist_locked(h, s);
		s->news = s->n_free > 0 ? HAK_NEWS_FRESH : HAK_NEWS_NONE;
		if (s->n_free > 0)
			hak_slab_tell_locked(h, s);
		put_in_list_locked(h, s);
	}
}

HAK_COLD size_t hak_slab_check_locked(const struct hak_heap *h, struct hak_slab *s, bool is_open)
{
	bool is_sound = is_counted(s) && is_open == (s->n_free > 0) && hak_load_relaxed(&s->owner) == h &&
		hak_registry_find(s->span.base) == &s->span && hak_load_relaxed(&s->live[s->n_blocks]) == 0;

	for (unsigned w = 0; w < s->n_words; w++)
		is_sound = is_sound && (s->bits[w] & (hak_load_relaxed(&s->remote[w]) | hak_aside_held(s, w))) == 0;
	if (!is_sound) {
		struct hak_text t;

		hak_text_open_line(&t);
		hak_text_add(&t, "hakmem: check: the slab at ");
		hak_text_add_hex(&t, (uintptr_t)s->span.base);
		hak_text_add(&t, " does not match its bitmap\n");
		hak_text_close(&t);
	}
	return is_sound ? 0 : 1;
}
