/* SPDX-License-Identifier: MIT */
#include "region/slices.h"

#include "base/site.h"
#include "base/text.h"
#include "os/lock.h"
#include "region/slack.h"

#define N_WORDS HAK_SLICES_WORDS

static struct hak_lock lock = HAK_LOCK(HAK_RANK_SUPERSLAB);

struct hak_superslabs hak_superslabs = {
	.open = { &hak_superslabs.open, &hak_superslabs.open },
	.full = { &hak_superslabs.full, &hak_superslabs.full },
	.next_size = HAK_SUPERSLAB_FIRST < HAK_SUPERSLAB_SIZE ? HAK_SUPERSLAB_FIRST : HAK_SUPERSLAB_SIZE,
};

/* After a fork in the middle of a change: the bitmaps tell what there is. Where two of them contradict each other, what is
 * used stays used (S3). */
static void recount_locked(struct hak_superslab *s)
{
	s->n_used = s->n_dirty = s->n_lazy = s->n_undumped = s->n_dense = s->n_pins = 0;
	for (unsigned i = 0; i < N_WORDS; i++) {
		s->dirty[i] &= ~s->used[i];
		s->aged[i] &= s->dirty[i] & ~s->lazy[i];
		s->lazy[i] &= s->dirty[i];
		s->undumped[i] &= ~(s->used[i] | (s->dirty[i] & ~s->lazy[i]));
		s->dense[i] &= s->used[i];
		s->n_used += hak_bits_count(s->used[i]);
		s->n_dirty += hak_bits_count(s->dirty[i]);
		s->n_lazy += hak_bits_count(s->lazy[i]);
		s->n_undumped += hak_bits_count(s->undumped[i]);
		s->n_dense += hak_bits_count(s->dense[i]);
	}
	s->run_limit = s->n_slices;
	if (hak_load_relaxed(&s->huge) == HAK_HUGE_ASKING)
		hak_store_relaxed(&s->huge, HAK_HUGE_BROKEN);
}

static void rebuild_locked(void)
{
	struct hak_superslabs *all = &hak_superslabs;

	hak_list_init(&all->open);
	hak_list_init(&all->full);
	all->unused = NULL;
	all->n = all->n_mapped = all->n_used = all->n_lazy = all->n_dense = 0;
	all->n_dirty = 0;
	for (struct hak_superslab *s = hak_load_acquire(&all->all); s != NULL; s = s->next) {
		if (s->n_slices == 0) {
			s->link.next = all->unused;
			all->unused = &s->link;
			continue;
		}
		recount_locked(s);
		hak_list_put_last(s->n_used < s->n_slices ? &all->open : &all->full, &s->link);
		all->n++;
		all->n_mapped += s->n_slices;
		all->n_used += s->n_used;
		all->n_dirty += s->n_dirty;
		all->n_lazy += s->n_lazy;
		all->n_dense += s->n_dense;
	}
	hak_slack_set_dirty((all->n_dirty - all->n_lazy) * HAK_SLICE_SIZE);
}

void hak_slices_lock(void)
{
	if (!hak_lock_take(&lock))
		rebuild_locked();
	if (HAK_UNLIKELY(hak_load_relaxed(&hak_superslabs.late) != NULL))
		hak_slices_take_late_locked();
}

static size_t check_all_locked(void);

void hak_slices_unlock(void)
{
	HAK_AUDIT(HAK_REQUIRE(check_all_locked() == 0, "audit: a superslab's counts do not match its bitmaps"));
	hak_lock_give(&lock);
}

unsigned hak_slices_find_locked(const struct hak_superslab *s, const uint64_t *map, bool bit, size_t n, size_t align,
	unsigned *longest)
{
	unsigned at = 0;

	*longest = 0;
	for (;;) {
		unsigned from = hak_bits_find(map, s->n_slices, at, bit);
		unsigned end = hak_bits_find(map, s->n_slices, from, !bit);
		char *aligned = (char *)hak_round_up((uintptr_t)s->base + from * HAK_SLICE_SIZE, align);
		size_t first = (size_t)(aligned - s->base) / HAK_SLICE_SIZE;

		if (from == s->n_slices)
			return s->n_slices;
		if (first < end && end - first >= n)
			return (unsigned)first;
		if (end - from > *longest)
			*longest = end - from;
		at = end;
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

static void move_locked(struct hak_superslab *s)
{
	hak_list_remove(&s->link);
	if (s->n_used == s->n_slices)
		hak_list_put_first(&hak_superslabs.full, &s->link);
	else
		hak_list_put_first(&hak_superslabs.open, &s->link);
}

/* Which lines a change to n slices from first writes to. */
static void note_change(struct hak_superslab *s, unsigned first, unsigned n)
{
	size_t size = ((first % HAK_WORD_BITS + n - 1) / HAK_WORD_BITS + 1) * sizeof(uint64_t);

	HAK_NOTE_WRITE(&s->n_used, sizeof s->n_used);
	HAK_NOTE_WRITE(&s->used[first / HAK_WORD_BITS], size);
	HAK_NOTE_WRITE(&s->dirty[first / HAK_WORD_BITS], size);
	HAK_NOTE_WRITE(&s->aged[first / HAK_WORD_BITS], size);
	HAK_NOTE_WRITE(&hak_superslabs.n_used, sizeof hak_superslabs.n_used);
	(void)s;
	(void)size;
}

bool hak_slices_use_locked(struct hak_superslab *s, unsigned first, unsigned n)
{
	unsigned n_dirty = 0, n_lazy = 0;

	HAK_ASSERT(hak_bits_are(s->used, first, n, false));
	note_change(s, first, n);
	for (unsigned i = first; i < first + n; i++) {
		if (!hak_bit_is_set(s->dirty, i))
			continue;
		n_dirty++;
		n_lazy += hak_bit_is_set(s->lazy, i);
	}
	s->n_lazy -= n_lazy;
	hak_superslabs.n_lazy -= n_lazy;
	s->n_dirty -= n_dirty;
	hak_superslabs.n_dirty -= n_dirty;
	hak_slack_count_dirty(-(int64_t)((n_dirty - n_lazy) * HAK_SLICE_SIZE));
	hak_bits_fill(s->used, first, n, true);
	hak_bits_fill(s->dirty, first, n, false);
	hak_bits_fill(s->aged, first, n, false);
	hak_bits_fill(s->lazy, first, n, false);
	s->n_used += n;
	hak_superslabs.n_used += n;
	if (s->n_used == s->n_slices)
		move_locked(s);
	return n_dirty == 0;
}

void hak_slices_unuse_locked(struct hak_superslab *s, unsigned first, unsigned n, enum hak_slices_state state)
{
	bool was_full = s->n_used == s->n_slices;

	HAK_ASSERT(hak_bits_are(s->used, first, n, true));
	note_change(s, first, n);
	if (hak_bit_is_set(s->dense, first)) { /* what is given is all of a kind */
		HAK_ASSERT(hak_bits_are(s->dense, first, n, true));
		hak_bits_fill(s->dense, first, n, false);
		s->n_dense -= n;
		hak_superslabs.n_dense -= n;
	}
	hak_bits_fill(s->used, first, n, false);
	s->n_used -= n;
	hak_superslabs.n_used -= n;
	if (state != HAK_SLICES_CLEAN) {
		hak_bits_fill(s->dirty, first, n, true);
		s->n_dirty += n;
		hak_superslabs.n_dirty += n;
	}
	if (state == HAK_SLICES_DIRTY)
		hak_slack_count_dirty((int64_t)(n * HAK_SLICE_SIZE));
	if (state == HAK_SLICES_LAZY) {
		hak_bits_fill(s->lazy, first, n, true);
		s->n_lazy += n;
		hak_superslabs.n_lazy += n;
	}
	s->run_limit = s->n_slices;
	if (was_full)
		move_locked(s);
}

void hak_slices_retire_locked(struct hak_superslab *s)
{
	s->n_slices = 0;
	s->kept = 0;
	s->link.next = hak_superslabs.unused;
	hak_superslabs.unused = &s->link;
}

static size_t check_locked(struct hak_superslab *s, bool is_full)
{
	unsigned n_used = 0, n_dirty = 0, n_lazy = 0, n_undumped = 0, n_dense = 0;
	bool is_sound;

	for (unsigned i = 0; i < N_WORDS; i++) {
		n_used += hak_bits_count(s->used[i]);
		n_dirty += hak_bits_count(s->dirty[i]);
		n_lazy += hak_bits_count(s->lazy[i]);
		n_undumped += hak_bits_count(s->undumped[i]);
		n_dense += hak_bits_count(s->dense[i]);
	}
	is_sound = n_used == s->n_used && n_dirty == s->n_dirty && n_lazy == s->n_lazy &&
		n_undumped == s->n_undumped && n_dense == s->n_dense && is_full == (n_used == s->n_slices);
	for (unsigned i = 0; i < N_WORDS; i++)
		is_sound = is_sound && (s->used[i] & s->dirty[i]) == 0 && (s->aged[i] & ~s->dirty[i]) == 0 &&
			(s->lazy[i] & ~s->dirty[i]) == 0 && (s->aged[i] & s->lazy[i]) == 0 &&
			(s->undumped[i] & (s->used[i] | (s->dirty[i] & ~s->lazy[i]))) == 0 &&
			(s->dense[i] & ~s->used[i]) == 0;
	return is_sound ? 0 : 1;
}

static size_t check_all_locked(void)
{
	size_t n_faults = 0;

	for (struct hak_link *l = hak_superslabs.open.next; l != &hak_superslabs.open; l = l->next)
		n_faults += check_locked(hak_slices_superslab_of(l), false);
	for (struct hak_link *l = hak_superslabs.full.next; l != &hak_superslabs.full; l = l->next)
		n_faults += check_locked(hak_slices_superslab_of(l), true);
	return n_faults;
}

size_t hak_superslab_check(void)
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
