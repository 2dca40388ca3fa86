/* SPDX-License-Identifier: MIT */
#include "region/superslab.h"

#include <string.h>

#include "base/atomic.h"
#include "base/probe.h"
#include "os/page.h"
#include "region/extents.h"
#include "region/limit.h"
#include "region/meta.h"
#include "region/peak.h"
#include "region/place.h"
#include "region/slack.h"
#include "region/slices.h"

#define N_WORDS HAK_SLICES_WORDS

/* Counts as held the free slices that hold no memory yet. False: the limit forbids it. Freed memory counts in whole
 * slices, so held may exceed the limit; then not even dirty slices may be taken before some are purged. */
static bool charge_locked(const struct hak_superslab *s, unsigned first, unsigned n)
{
	unsigned n_clean = n;

	if (s->n_dirty + s->n_lazy > 0)
		n_clean -= hak_bits_count_in(s->dirty, first, n) + hak_bits_count_in(s->lazy, first, n);
	hak_slack_note_taken();
	hak_slack_note_fresh(n_clean * HAK_SLICE_SIZE);
	return (n_clean == 0 && !hak_limit_is_hard()) || hak_limit_take(n_clean * HAK_SLICE_SIZE);
}

/* A request. */
struct wish {
	size_t n, align;
	bool is_dense;
	bool is_anywhere; /* ignore S5: there is no address space for a new superslab */
};

static void hand_out_locked(struct hak_superslab *s, unsigned first, const struct wish *wish, struct hak_slices *out,
	struct hak_slices_revival *revival)
{
	unsigned n = (unsigned)wish->n;

	hak_slices_revive_locked(s, first, n, revival);
	out->superslab = s;
	out->base = s->base + first * HAK_SLICE_SIZE;
	out->n = n;
	out->record = &s->record[first];
	out->is_fresh = hak_bits_are(s->known, first, n, false);
	out->is_clean = hak_slices_use_locked(s, first, n);
	hak_peak_note_slices_locked();
	if (wish->is_dense) {
		hak_bits_fill(s->dense, first, n, true);
		s->n_dense += n;
		hak_superslabs.n_dense += n;
	}
}

enum answer { TAKEN, NOT_FOUND, REFUSED };

static enum answer take_from_locked(struct hak_superslab *s, unsigned first, const struct wish *wish, struct hak_slices *out,
	struct hak_slices_revival *revival)
{
	if (!charge_locked(s, first, (unsigned)wish->n))
		return REFUSED;
	hand_out_locked(s, first, wish, out, revival);
	return TAKEN;
}

/* Takes slices from an extent of that kind. One with room for the alignment as well is sure to fit. */
static enum answer take_extent_locked(enum hak_extent kind, bool is_reserved, const struct wish *wish, struct hak_slices *out,
	struct hak_slices_revival *revival)
{
	size_t least = wish->n + (wish->align - 1) / HAK_SLICE_SIZE;
	struct hak_superslab *s;

	while ((s = hak_extents_find_locked(kind, is_reserved, least)) != NULL) {
		unsigned longest, first = hak_slices_find_locked(s, kind, wish->n, wish->align, &longest);

		if (first < s->n_slices)
			return take_from_locked(s, first, wish, out, revival);
		hak_extents_set_locked(s, kind, longest);
	}
	return NOT_FOUND;
}

/* Last resort: wherever the slices fit. */
static enum answer take_anywhere_locked(const struct wish *wish, struct hak_slices *out, struct hak_slices_revival *revival)
{
	for (struct hak_superslab *s = hak_slices_first(); s != NULL; s = s->next) {
		unsigned longest, first = hak_slices_find_locked(s, HAK_EXTENT_FREE, wish->n, wish->align, &longest);

		if (first < s->n_slices)
			return take_from_locked(s, first, wish, out, revival);
	}
	return NOT_FOUND;
}

/* Is a new superslab better, because it can have huge pages? */
static bool wants_huge_locked(const struct wish *wish)
{
	return wish->is_dense && hak_superslabs.n_dense >= hak_huge_least();
}

/* Dirty slices first, then lazy ones: their memory may still be there. Dense requests go first where other dense slices
 * are; other requests never go there (S5). */
static enum answer take_locked(const struct wish *wish, struct hak_slices *out, struct hak_slices_revival *revival)
{
	static const enum hak_extent kinds[] = { HAK_EXTENT_DIRTY, HAK_EXTENT_LAZY, HAK_EXTENT_FREE };
	enum answer answer = NOT_FOUND;

	if (HAK_UNLIKELY(hak_limit_is_hard()) && !hak_limit_take(0))
		return REFUSED;
	if (HAK_UNLIKELY(wish->is_anywhere))
		return take_anywhere_locked(wish, out, revival);
	for (unsigned i = 0; answer == NOT_FOUND && i < sizeof kinds / sizeof *kinds; i++) {
		if (wish->is_dense)
			answer = take_extent_locked(kinds[i], true, wish, out, revival);
		if (answer == NOT_FOUND && (kinds[i] != HAK_EXTENT_FREE || !wants_huge_locked(wish)))
			answer = take_extent_locked(kinds[i], false, wish, out, revival);
	}
	return answer;
}

static struct hak_superslab *make_descriptor(void)
{
	struct hak_superslab *s = hak_meta_take(sizeof *s);
	struct hak_superslab *head = hak_load_relaxed(&hak_superslabs.all);

	if (s == NULL)
		return NULL;
	do
		s->next = head;
	while (!hak_cas_release(&hak_superslabs.all, &head, s));
	return s;
}

static struct hak_superslab *take_descriptor(void)
{
	struct hak_superslab *s;

	hak_slices_lock();
	s = hak_superslabs.unused;
	if (s != NULL) {
		hak_superslabs.unused = s->next_unused;
		s->is_unused = false;
	}
	hak_slices_unlock();
	return s != NULL ? s : make_descriptor();
}

static void give_descriptor(struct hak_superslab *s)
{
	hak_slices_lock();
	hak_slices_retire_locked(s);
	hak_slices_unlock();
}

/* Maps a new superslab with room for the wish; it is in no list yet. */
static struct hak_superslab *make_superslab(const struct wish *wish, bool is_huge)
{
	size_t least = wish->n * HAK_SLICE_SIZE;
	size_t size = hak_load_relaxed(&hak_superslabs.next_size);
	struct hak_superslab *s = take_descriptor();
	size_t align = wish->align > HAK_SUPERSLAB_ALIGN ? wish->align : HAK_SUPERSLAB_ALIGN;

	if (s == NULL)
		return NULL;
	if (size < least)
		size = least;
	for (;;) {
		/* If address space is scarce, the last try is for exactly what was requested, with the alignment
		 * requested. */
		s->base = hak_os_map_near(hak_place_draw(size), size, 0, size > least ? align : wish->align, "hakmem: superslab");
		if (s->base != NULL || size == least)
			break;
		size = size / 2 > least ? size / 2 : least;
	}
	if (s->base != NULL && hak_registry_reserve(s->base, size)) {
		s->n_made = (uint32_t)(size / HAK_SLICE_SIZE);
		memset(s->known, 0, sizeof s->known);
		memset(s->shut, 0, sizeof s->shut);
		s->huge = hak_huge_begin(s->base, size, is_huge);
		hak_registry_put(s->base, s->n_made, &s->nothing);
		HAK_PROBE(superslab_new, s->base, size);
		return s;
	}
	if (s->base != NULL)
		hak_os_unmap(s->base, size);
	give_descriptor(s);
	return NULL;
}

static void add_superslab_locked(struct hak_superslab *s)
{
	if (hak_superslabs.next_size < HAK_SUPERSLAB_SIZE)
		hak_own_set(&hak_superslabs.next_size, hak_superslabs.next_size * 2);
	hak_slices_begin_locked(s);
}

/* As take_locked(); adds a new superslab, if there is one. Says whether the next one should have huge pages. */
static enum answer take_or_add(const struct wish *wish, struct hak_superslab *new, struct hak_slices *out, bool *is_huge)
{
	struct hak_slices_revival revival = { .base = NULL };
	enum answer answer;
	unsigned longest;

	hak_slices_lock();
	if (new != NULL)
		add_superslab_locked(new);
	/* If several threads made one each, all take from the first: with huge pages, each new one would touch a whole
	 * one. */
	answer = take_locked(wish, out, &revival);
	if (answer == NOT_FOUND && new != NULL)
		answer = take_from_locked(new, hak_slices_find_locked(new, HAK_EXTENT_FREE, wish->n, wish->align, &longest), wish,
			out, &revival);
	*is_huge = wants_huge_locked(wish);
	hak_slices_unlock();
	hak_slices_revive(&revival);
	return answer;
}

static bool take_slices(struct wish wish, struct hak_slices *out)
{
	struct hak_superslab *s = NULL;
	enum answer answer;
	bool has_purged = false;
	bool is_huge;

	HAK_ASSERT(wish.n >= 1 && wish.n <= HAK_SUPERSLAB_SLICES);
	while ((answer = take_or_add(&wish, s, out, &is_huge)) != TAKEN) {
		if (answer == REFUSED) {
			if (has_purged || hak_superslab_purge(HAK_PURGE_ALL, SIZE_MAX) == 0)
				return false;
			has_purged = true;
			s = NULL;
			continue;
		}
		s = make_superslab(&wish, is_huge);
		if (s == NULL && wish.is_anywhere)
			return false;
		wish.is_anywhere = wish.is_anywhere || s == NULL;
	}
	return true;
}

bool hak_superslab_take(size_t n, size_t align, struct hak_slices *out)
{
	return take_slices((struct wish){ .n = n, .align = align }, out);
}

bool hak_superslab_take_dense(size_t n, struct hak_slices *out)
{
	return take_slices((struct wish){ .n = n, .align = HAK_SLICE_SIZE, .is_dense = true }, out);
}

static size_t rest_size(const struct hak_span *span)
{
	return span->n_slices * HAK_SLICE_SIZE - span->size;
}

void hak_superslab_forgo_rest(struct hak_span *span)
{
	size_t rest = rest_size(span);

	/* Leftovers of the slices' last use would count against a hard limit, and nobody could use them. */
	if (!span->is_clean && rest > 0 && hak_limit_is_hard())
		span->is_clean = hak_os_purge(span->base + span->size, rest);
	if (span->is_clean)
		hak_limit_give(rest);
}

void hak_superslab_reclaim_rest(const struct hak_span *span)
{
	if (span->is_clean)
		hak_limit_add(rest_size(span));
}

bool hak_superslab_take_rest(const struct hak_span *span)
{
	return !span->is_clean || hak_limit_take(rest_size(span));
}

void hak_superslab_give(struct hak_superslab *s, char *base, size_t n)
{
	size_t n_over;

	hak_slices_lock();
	hak_slices_unuse_locked(s, hak_slices_idx_of(s, base), (unsigned)n, HAK_SLICES_DIRTY);
	hak_slices_unlock();
	hak_slack_note_given(n * HAK_SLICE_SIZE);
	n_over = hak_slack_over(0);
	/* Purge a piece more than came: slack then falls, and no single call has to do all of it. */
	if (HAK_UNLIKELY(n_over > 0)) {
		if (n_over > (n + HAK_PURGE_PIECE) * HAK_SLICE_SIZE)
			n_over = (n + HAK_PURGE_PIECE) * HAK_SLICE_SIZE;
		hak_slack_note_purged(hak_superslab_purge(HAK_PURGE_SLACK, n_over));
	}
}

void hak_superslab_give_late(struct hak_span *run)
{
	struct hak_span *head = hak_load_relaxed(&hak_superslabs.late);

	do
		run->size = (size_t)head; /* the run's size is no longer needed */
	while (!hak_cas_release(&hak_superslabs.late, &head, run));
}

bool hak_superslab_extend(struct hak_superslab *s, char *base, size_t n_old, size_t n_new, bool *is_clean)
{
	size_t first = (size_t)(base - s->base) / HAK_SLICE_SIZE + n_old;
	size_t n = n_new - n_old;
	struct hak_slices_revival revival = { .base = NULL };
	bool is_done;

	hak_slices_lock();
	is_done = first + n <= s->n_slices && hak_bits_are(s->used, (unsigned)first, (unsigned)n, false) &&
		charge_locked(s, (unsigned)first, (unsigned)n);
	if (is_done) {
		hak_slices_revive_locked(s, (unsigned)first, (unsigned)n, &revival);
		*is_clean = hak_slices_use_locked(s, (unsigned)first, (unsigned)n);
		hak_peak_note_slices_locked();
	}
	hak_slices_unlock();
	hak_slices_revive(&revival);
	return is_done;
}

struct hak_span *hak_superslab_nothing(struct hak_superslab *s)
{
	return &s->nothing;
}

void hak_superslab_stats_get(struct hak_superslab_stats *stats)
{
	hak_slices_lock();
	stats->mapped = hak_superslabs.n_mapped * HAK_SLICE_SIZE;
	stats->used = hak_superslabs.n_used * HAK_SLICE_SIZE;
	stats->dirty = hak_superslabs.n_dirty * HAK_SLICE_SIZE;
	stats->lazy = hak_superslabs.n_lazy * HAK_SLICE_SIZE;
	stats->n_superslabs = hak_superslabs.n;
	hak_slices_unlock();
}

/* Adds how much of a superslab is resident. */
static void add_resident(struct hak_superslab *s, struct hak_superslab_resident *resident)
{
	uint64_t used[N_WORDS], dirty[N_WORDS], lazy[N_WORDS];
	bool has_huge;
	unsigned n;

	hak_slices_lock();
	n = s->n_slices;
	has_huge = hak_slices_is_huge(s);
	memcpy(used, s->used, sizeof used);
	memcpy(dirty, s->dirty, sizeof dirty);
	memcpy(lazy, s->lazy, sizeof lazy);
	s->n_pins += n > 0;
	hak_slices_unlock();
	for (unsigned i = 0, end; i < n; i = end) {
		bool is_used = hak_bit_is_set(used, i), is_dirty = hak_bit_is_set(dirty, i);
		bool is_lazy = hak_bit_is_set(lazy, i);
		size_t size = 0;

		for (end = i + 1; end < n && hak_bit_is_set(used, end) == is_used &&
			hak_bit_is_set(dirty, end) == is_dirty && hak_bit_is_set(lazy, end) == is_lazy; end++)
			;
		if (is_used || is_dirty || is_lazy || has_huge)
			size = hak_os_resident(s->base + i * HAK_SLICE_SIZE, (end - i) * HAK_SLICE_SIZE);
		resident->used += is_used ? size : 0;
		resident->lazy += is_lazy ? size : 0;
		resident->dirty += !is_used && !is_lazy ? size : 0; /* in huge pages, clean ones too */
	}
	if (n == 0)
		return;
	hak_slices_lock();
	s->n_pins--;
	hak_slices_unlock();
}

HAK_COLD void hak_superslab_resident_get(struct hak_superslab_resident *resident)
{
	*resident = (struct hak_superslab_resident){ .used = 0 };
	for (struct hak_superslab *s = hak_slices_first(); s != NULL; s = s->next)
		add_resident(s, resident);
}
