/* SPDX-License-Identifier: MIT */
#include "region/slices.h"

#include <string.h>

#include "base/site.h"
#include "base/text.h"
#include "os/lock.h"
#include "region/extents.h"
#include "region/slack.h"

#define N_WORDS HAK_SLICES_WORDS

static struct hak_lock lock = HAK_LOCK(HAK_RANK_SUPERSLAB);

struct hak_superslabs hak_superslabs = {
	.next_size = HAK_SUPERSLAB_FIRST < HAK_SUPERSLAB_SIZE ? HAK_SUPERSLAB_FIRST : HAK_SUPERSLAB_SIZE,
};

static void reset_bounds_locked(struct hak_superslab *s)
{
	hak_extents_set_locked(s, HAK_EXTENT_FREE, s->n_slices - s->n_used);
	hak_extents_set_locked(s, HAK_EXTENT_DIRTY, s->n_dirty);
	hak_extents_set_locked(s, HAK_EXTENT_LAZY, s->n_lazy);
}

/* After a fork in the middle of a change: counts again from the bitmaps. If they contradict each other, a used slice
 * stays used, and a dirty one is not clean (S3). */
static void recount_locked(struct hak_superslab *s)
{
	s->n_used = s->n_dirty = s->n_lazy = s->n_undumped = s->n_dense = s->n_pins = 0;
	for (unsigned i = 0; i < N_WORDS; i++) {
		s->dirty[i] &= ~s->used[i];
		s->aged[i] &= s->dirty[i];
		s->lazy[i] &= ~(s->used[i] | s->dirty[i]);
		s->undumped[i] &= ~(s->used[i] | s->dirty[i]);
		s->dense[i] &= s->used[i];
		s->n_used += hak_bits_count(s->used[i]);
		s->n_dirty += hak_bits_count(s->dirty[i]);
		s->n_lazy += hak_bits_count(s->lazy[i]);
		s->n_undumped += hak_bits_count(s->undumped[i]);
		s->n_dense += hak_bits_count(s->dense[i]);
	}
}

static void rebuild_locked(void)
{
	struct hak_superslabs *all = &hak_superslabs;
	uint64_t n_used = 0;

	hak_extents_forget_locked();
	all->unused = NULL;
	all->n = all->n_mapped = all->n_lazy = all->n_dense = 0;
	all->n_dirty = 0;
	for (struct hak_superslab *s = hak_slices_first(); s != NULL; s = s->next) {
		memset(s->extent, 0, sizeof s->extent);
		if (s->n_slices == 0) {
			/* Others may be in hand: a handler of the thread that goes on may have forked. */
			if (s->is_unused)
				hak_slices_retire_locked(s);
			continue;
		}
		recount_locked(s);
		reset_bounds_locked(s);
		all->n++;
		all->n_mapped += s->n_slices;
		n_used += s->n_used;
		all->n_dirty += s->n_dirty;
		all->n_lazy += s->n_lazy;
		all->n_dense += s->n_dense;
	}
	hak_own_set(&all->n_used, n_used);
	hak_slack_set_dirty(all->n_dirty * HAK_SLICE_SIZE);
}

void hak_slices_lock(void)
{
	if (!hak_lock_take(&lock))
		rebuild_locked();
	if (HAK_UNLIKELY(hak_load_relaxed(&hak_superslabs.late) != NULL))
		hak_slices_take_late_locked();
}

static struct hak_superslab *changed; /* lk:SUPERSLAB: in audit builds, the superslab changed last */

static bool is_sound_locked(const struct hak_superslab *s);

void hak_slices_unlock(void)
{
	HAK_AUDIT(HAK_REQUIRE(changed == NULL || is_sound_locked(changed), "audit: a superslab's counts do not match its bitmaps"));
	HAK_AUDIT(changed = NULL);
	hak_lock_give(&lock);
}

/* The bitmap in which extents of this kind are rows of *bit. */
static const uint64_t *bitmap_of(const struct hak_superslab *s, enum hak_extent kind, bool *bit)
{
	*bit = kind != HAK_EXTENT_FREE;
	return kind == HAK_EXTENT_FREE ? s->used : kind == HAK_EXTENT_DIRTY ? s->dirty : s->lazy;
}

/* Finds the extent that begins at or after *first. Returns its end; with none, n_slices. */
static unsigned next_extent(const struct hak_superslab *s, enum hak_extent kind, unsigned *first)
{
	bool bit;
	const uint64_t *map = bitmap_of(s, kind, &bit);

	*first = hak_bits_find(map, s->n_slices, *first, bit);
	return hak_bits_find(map, s->n_slices, *first, !bit);
}

unsigned hak_slices_find_locked(const struct hak_superslab *s, enum hak_extent kind, size_t n, size_t align, unsigned *longest)
{
	unsigned from = 0, end;

	*longest = 0;
	for (;; from = end) {
		char *aligned;
		size_t first;

		end = next_extent(s, kind, &from);
		if (from == s->n_slices)
			return from;
		aligned = (char *)hak_round_up((uintptr_t)s->base + from * HAK_SLICE_SIZE, align);
		first = (size_t)(aligned - s->base) / HAK_SLICE_SIZE;
		if (first < end && end - first >= n)
			return (unsigned)first;
		if (end - from > *longest)
			*longest = end - from;
	}
}

void hak_slices_take_late_locked(void)
{
	struct hak_span *run = hak_swap_ordered(&hak_superslabs.late, NULL);

	while (run != NULL) {
		struct hak_span *next = (struct hak_span *)run->size;

		hak_slices_unuse_locked(run->superslab, hak_slices_idx_of(run->superslab, run->base), run->n_slices,
			HAK_SLICES_DIRTY);
		run = next;
	}
}

/* Counts the lines that a change to n slices from first writes to. */
static void note_change(struct hak_superslab *s, unsigned first, unsigned n)
{
	size_t size = ((first % HAK_WORD_BITS + n - 1) / HAK_WORD_BITS + 1) * sizeof(uint64_t);

	HAK_NOTE_WRITE(&s->n_used, sizeof s->n_used);
	HAK_NOTE_WRITE(&s->used[first / HAK_WORD_BITS], size);
	HAK_NOTE_WRITE(&s->dirty[first / HAK_WORD_BITS], size);
	HAK_NOTE_WRITE(&s->aged[first / HAK_WORD_BITS], size);
	HAK_NOTE_WRITE(&hak_superslabs.n_used, sizeof hak_superslabs.n_used);
	HAK_AUDIT(changed = s);
	(void)size;
}

bool hak_slices_use_locked(struct hak_superslab *s, unsigned first, unsigned n)
{
	unsigned n_dirty = s->n_dirty > 0 ? hak_bits_count_in(s->dirty, first, n) : 0;
	unsigned n_lazy = s->n_lazy > 0 ? hak_bits_count_in(s->lazy, first, n) : 0;

	HAK_ASSERT(hak_bits_are(s->used, first, n, false));
	note_change(s, first, n);
	hak_bits_fill(s->known, first, n, true);
	hak_bits_fill(s->used, first, n, true);
	hak_bits_settle(); /* a forked child finds them used, or as they were (S3) */
	if (n_dirty > 0) {
		s->n_dirty -= n_dirty;
		hak_superslabs.n_dirty -= n_dirty;
		hak_slack_count_dirty(-(int64_t)(n_dirty * HAK_SLICE_SIZE));
		hak_bits_fill(s->dirty, first, n, false);
		hak_bits_fill(s->aged, first, n, false);
		if (s->n_dirty == 0)
			hak_extents_set_locked(s, HAK_EXTENT_DIRTY, 0);
	}
	if (n_lazy > 0) {
		s->n_lazy -= n_lazy;
		hak_superslabs.n_lazy -= n_lazy;
		hak_bits_fill(s->lazy, first, n, false);
		if (s->n_lazy == 0)
			hak_extents_set_locked(s, HAK_EXTENT_LAZY, 0);
	}
	s->n_used += n;
	hak_own_add(&hak_superslabs.n_used, n);
	if (s->n_used == s->n_slices)
		hak_extents_set_locked(s, HAK_EXTENT_FREE, 0);
	return n_dirty + n_lazy == 0;
}

/* n slices from first have joined an extent, or started one. */
static void join_locked(struct hak_superslab *s, enum hak_extent kind, unsigned first, unsigned n)
{
	bool bit;
	const uint64_t *map = bitmap_of(s, kind, &bit);
	unsigned from = hak_bits_end(map, first, !bit);
	unsigned end = hak_bits_find(map, s->n_slices, first + n, !bit);

	hak_extents_raise_locked(s, kind, end - from);
}

void hak_slices_unuse_locked(struct hak_superslab *s, unsigned first, unsigned n, enum hak_slices_state state)
{
	HAK_ASSERT(hak_bits_are(s->used, first, n, true));
	note_change(s, first, n);
	if (hak_bit_is_set(s->dense, first)) { /* slices given together are all dense, or none is */
		HAK_ASSERT(hak_bits_are(s->dense, first, n, true));
		hak_bits_fill(s->dense, first, n, false);
		s->n_dense -= n;
		hak_superslabs.n_dense -= n;
	}
	if (state != HAK_SLICES_CLEAN)
		hak_bits_fill(state == HAK_SLICES_DIRTY ? s->dirty : s->lazy, first, n, true);
	hak_bits_settle(); /* before they can look clean (S3) */
	hak_bits_fill(s->used, first, n, false);
	s->n_used -= n;
	hak_own_set(&hak_superslabs.n_used, hak_superslabs.n_used - n);
	if (state == HAK_SLICES_DIRTY) {
		s->n_dirty += n;
		hak_superslabs.n_dirty += n;
		hak_slack_count_dirty((int64_t)(n * HAK_SLICE_SIZE));
		join_locked(s, HAK_EXTENT_DIRTY, first, n);
	} else if (state == HAK_SLICES_LAZY) {
		s->n_lazy += n;
		hak_superslabs.n_lazy += n;
		join_locked(s, HAK_EXTENT_LAZY, first, n);
	}
	join_locked(s, HAK_EXTENT_FREE, first, n);
}

void hak_slices_begin_locked(struct hak_superslab *s)
{
	s->n_slices = s->n_made;
	hak_superslabs.n++;
	hak_superslabs.n_mapped += s->n_slices;
	hak_extents_set_locked(s, HAK_EXTENT_FREE, s->n_slices);
}

void hak_slices_end_locked(struct hak_superslab *s)
{
	hak_extents_set_locked(s, HAK_EXTENT_FREE, 0);
	hak_superslabs.n--;
	hak_superslabs.n_mapped -= s->n_slices;
	hak_slices_forget_undumped_locked(s);
	s->n_slices = 0; /* a forked child that rebuilds the lists takes it for gone, whether it is or not */
}

void hak_slices_retire_locked(struct hak_superslab *s)
{
	s->n_slices = 0;
	s->is_unused = true;
	s->kept = 0;
	s->next_unused = hak_superslabs.unused;
	hak_superslabs.unused = s;
}

static unsigned longest_extent(const struct hak_superslab *s, enum hak_extent kind)
{
	unsigned longest;

	hak_slices_find_locked(s, kind, s->n_slices + 1U, 1, &longest);
	return longest;
}

static bool is_sound_locked(const struct hak_superslab *s)
{
	unsigned n_used = 0, n_dirty = 0, n_lazy = 0, n_undumped = 0, n_dense = 0;
	bool is_sound = true;

	for (unsigned i = 0; i < N_WORDS; i++) {
		n_used += hak_bits_count(s->used[i]);
		n_dirty += hak_bits_count(s->dirty[i]);
		n_lazy += hak_bits_count(s->lazy[i]);
		n_undumped += hak_bits_count(s->undumped[i]);
		n_dense += hak_bits_count(s->dense[i]);
		is_sound = is_sound && (s->used[i] & (s->dirty[i] | s->lazy[i])) == 0 && (s->dirty[i] & s->lazy[i]) == 0 &&
			(s->aged[i] & ~s->dirty[i]) == 0 && (s->undumped[i] & (s->used[i] | s->dirty[i])) == 0 &&
			(s->dense[i] & ~s->used[i]) == 0;
	}
	return is_sound && n_used == s->n_used && n_dirty == s->n_dirty && n_lazy == s->n_lazy &&
		n_undumped == s->n_undumped && n_dense == s->n_dense &&
		longest_extent(s, HAK_EXTENT_FREE) <= s->extent[HAK_EXTENT_FREE].bound &&
		longest_extent(s, HAK_EXTENT_DIRTY) <= s->extent[HAK_EXTENT_DIRTY].bound &&
		longest_extent(s, HAK_EXTENT_LAZY) <= s->extent[HAK_EXTENT_LAZY].bound;
}

static size_t check_all_locked(void)
{
	size_t n_faults = 0, n_listed[HAK_N_EXTENTS] = { 0 };

	for (struct hak_superslab *s = hak_slices_first(); s != NULL; s = s->next) {
		n_faults += s->n_slices > 0 && !is_sound_locked(s);
		for (unsigned kind = 0; kind < HAK_N_EXTENTS; kind++)
			n_listed[kind] += s->extent[kind].bound > 0;
	}
	for (unsigned kind = 0; kind < HAK_N_EXTENTS; kind++)
		n_faults += hak_extents_count_locked(kind) != n_listed[kind];
	return n_faults;
}

HAK_COLD size_t hak_superslab_check(void)
{
	size_t n_faults;
	struct hak_text t;

	hak_slices_lock();
	n_faults = check_all_locked();
	hak_slices_unlock();
	if (n_faults > 0) {
		hak_text_open_line(&t);
		hak_text_add(&t, "hakmem: check: a superslab's counts do not match its bitmaps\n");
		hak_text_close(&t);
	}
	return n_faults;
}
