/* SPDX-License-Identifier: MIT */
#include "region/superslab.h"

#include "base/atomic.h"
#include "base/bits.h"
#include "base/text.h"
#include "conf/limits.h"
#include "os/lock.h"
#include "os/page.h"
#include "region/meta.h"

#define N_WORDS HAK_N_WORDS(HAK_SUPERSLAB_SLICES)

struct hak_superslab {
	struct hak_link link;      /* lk:SUPERSLAB: in open or full (S2) */
	char *base;                /* const */
	uint32_t n_slices;         /* const */
	uint32_t era;              /* const (S3) */
	uint32_t n_used;           /* lk:SUPERSLAB */
	uint32_t n_dirty;          /* lk:SUPERSLAB */
	uint32_t run_limit;        /* lk:SUPERSLAB: no free run is longer */
	uint64_t used[N_WORDS];    /* lk:SUPERSLAB */
	uint64_t dirty[N_WORDS];   /* lk:SUPERSLAB */
	uint64_t aged[N_WORDS];    /* lk:SUPERSLAB: dirty since before the last step of decay */
	struct hak_span record[HAK_SUPERSLAB_SLICES]; /* whoever took the slice */
};

static struct hak_lock lock = HAK_LOCK(HAK_RANK_SUPERSLAB);
static struct hak_link open = { &open, &open }; /* lk:SUPERSLAB: with free slices */
static struct hak_link full = { &full, &full }; /* lk:SUPERSLAB: without */
static uint32_t era;               /* lk:SUPERSLAB */
static size_t next_size = HAK_SUPERSLAB_FIRST < HAK_SUPERSLAB_SIZE ? HAK_SUPERSLAB_FIRST : HAK_SUPERSLAB_SIZE;
                                   /* lk:SUPERSLAB: bytes of the next superslab */
static uint64_t n_superslabs;      /* lk:SUPERSLAB */
static uint64_t n_slices_mapped;   /* lk:SUPERSLAB */
static uint64_t n_slices_used;     /* lk:SUPERSLAB */
static uint64_t n_slices_dirty;    /* lk:SUPERSLAB */

static struct hak_superslab *of_link(struct hak_link *link)
{
	return HAK_MEMBER(link, struct hak_superslab, link);
}

static void take_lock(void)
{
	if (!hak_lock_take(&lock)) { /* S3 */
		hak_list_init(&open);
		hak_list_init(&full);
		era++;
	}
}

static size_t check_all_locked(void);

static void give_lock(void)
{
	HAK_AUDIT(HAK_REQUIRE(check_all_locked() == 0, "audit: a superslab's counts do not match its bitmaps"));
	hak_lock_give(&lock);
}

/* The first of n slices, all with the same bit in map, at an aligned address, or n_slices; *longest: the longest run
 * passed over. */
static unsigned find_run_locked(const struct hak_superslab *s, const uint64_t *map, bool bit, size_t n, size_t align,
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

static void move_locked(struct hak_superslab *s)
{
	hak_list_remove(&s->link);
	if (s->n_used == s->n_slices)
		hak_list_put_first(&full, &s->link);
	else
		hak_list_put_first(&open, &s->link);
}

/* Marks free slices used. Returns whether all of them were clean. */
static bool use_locked(struct hak_superslab *s, unsigned first, unsigned n)
{
	bool is_clean = true;

	HAK_ASSERT(hak_bits_are(s->used, first, n, false));
	for (unsigned i = first; i < first + n; i++) {
		if (!hak_bit_is_set(s->dirty, i))
			continue;
		is_clean = false;
		s->n_dirty--;
		n_slices_dirty--;
	}
	hak_bits_fill(s->used, first, n, true);
	hak_bits_fill(s->dirty, first, n, false);
	hak_bits_fill(s->aged, first, n, false);
	s->n_used += n;
	n_slices_used += n;
	if (s->n_used == s->n_slices)
		move_locked(s);
	return is_clean;
}

static void unuse_locked(struct hak_superslab *s, unsigned first, unsigned n, bool is_dirty)
{
	bool was_full = s->n_used == s->n_slices;

	HAK_ASSERT(hak_bits_are(s->used, first, n, true));
	hak_bits_fill(s->used, first, n, false);
	s->n_used -= n;
	n_slices_used -= n;
	if (is_dirty) {
		hak_bits_fill(s->dirty, first, n, true);
		s->n_dirty += n;
		n_slices_dirty += n;
	}
	s->run_limit = s->n_slices;
	if (was_full)
		move_locked(s);
}

static void fill_out_locked(struct hak_superslab *s, unsigned first, size_t n, struct hak_slices *out)
{
	out->superslab = s;
	out->base = s->base + first * HAK_SLICE_SIZE;
	out->n = n;
	out->record = &s->record[first];
	out->is_clean = use_locked(s, first, (unsigned)n);
}

/* Dirty slices: their memory is there already, and so are the superslabs'. */
static bool take_dirty_locked(size_t n, size_t align, struct hak_slices *out)
{
	if (n_slices_dirty < n)
		return false;
	for (struct hak_link *l = open.next; l != &open; l = l->next) {
		struct hak_superslab *s = of_link(l);
		unsigned first, longest;

		if (s->n_dirty < n)
			continue;
		first = find_run_locked(s, s->dirty, true, n, align, &longest);
		if (first == s->n_slices)
			continue;
		fill_out_locked(s, first, n, out);
		return true;
	}
	return false;
}

static bool take_locked(size_t n, size_t align, struct hak_slices *out)
{
	if (take_dirty_locked(n, align, out))
		return true;
	for (struct hak_link *l = open.next; l != &open; l = l->next) {
		struct hak_superslab *s = of_link(l);
		unsigned first, longest;

		if (s->run_limit < n)
			continue;
		first = find_run_locked(s, s->used, false, n, align, &longest);
		if (first == s->n_slices) {
			if (align <= HAK_SLICE_SIZE)
				s->run_limit = longest;
			continue;
		}
		fill_out_locked(s, first, n, out);
		return true;
	}
	return false;
}

/* A new superslab for at least n slices; not in any list yet. */
static struct hak_superslab *make(size_t n, size_t align)
{
	size_t least = n * HAK_SLICE_SIZE;
	size_t size = hak_load_relaxed(&next_size);
	struct hak_superslab *s = hak_meta_take(sizeof *s);
	size_t wanted;

	if (s == NULL)
		return NULL;
	wanted = align;
	if (align < HAK_SUPERSLAB_ALIGN)
		align = HAK_SUPERSLAB_ALIGN;
	if (size < least)
		size = least;
	for (;;) {
		/* Where addresses are scarce the last resort is what was asked for, on a slice's border. */
		s->base = hak_os_map(size, size > least ? align : wanted, "hakmem: superslab");
		if (s->base != NULL || size == least)
			break;
		size = size / 2 > least ? size / 2 : least;
	}
	if (s->base != NULL && hak_registry_reserve(s->base, size)) {
		s->n_slices = (uint32_t)(size / HAK_SLICE_SIZE);
		s->run_limit = s->n_slices;
		return s;
	}
	if (s->base != NULL)
		hak_os_unmap(s->base, size);
	hak_meta_give(s, sizeof *s);
	return NULL;
}

bool hak_superslab_take(size_t n, size_t align, struct hak_slices *out)
{
	struct hak_superslab *s;
	bool is_done;

	HAK_ASSERT(n >= 1 && n <= HAK_SUPERSLAB_SLICES);
	take_lock();
	is_done = take_locked(n, align, out);
	give_lock();
	if (is_done)
		return true;

	s = make(n, align);
	if (s == NULL)
		return false;
	take_lock();
	s->era = era;
	hak_list_put_last(&open, &s->link);
	n_superslabs++;
	n_slices_mapped += s->n_slices;
	if (next_size < HAK_SUPERSLAB_SIZE)
		hak_own_set(&next_size, next_size * 2);
	/* Another thread may take what we made before us: then go round again. */
	is_done = take_locked(n, align, out);
	give_lock();
	return is_done || hak_superslab_take(n, align, out);
}

void hak_superslab_give(struct hak_superslab *s, char *base, size_t n)
{
	bool is_old;

	take_lock();
	is_old = s->era != era;
	if (!is_old)
		unuse_locked(s, (unsigned)((size_t)(base - s->base) / HAK_SLICE_SIZE), (unsigned)n, true);
	give_lock();
	if (is_old) /* S3 */
		hak_os_purge(base, n * HAK_SLICE_SIZE);
}

bool hak_superslab_extend(struct hak_superslab *s, char *base, size_t n_old, size_t n_new, bool *is_clean)
{
	size_t first = (size_t)(base - s->base) / HAK_SLICE_SIZE + n_old;
	size_t n = n_new - n_old;
	bool is_done;

	take_lock();
	is_done = s->era == era && first + n <= s->n_slices &&
		hak_bits_are(s->used, (unsigned)first, (unsigned)n, false);
	if (is_done)
		*is_clean = use_locked(s, (unsigned)first, (unsigned)n);
	give_lock();
	return is_done;
}

/* Finds a dirty run to purge and marks it used, so that nobody takes it while the kernel works. */
static bool claim_dirty_locked(bool all, struct hak_slices *out)
{
	for (struct hak_link *l = open.next; l != &open; l = l->next) {
		struct hak_superslab *s = of_link(l);
		const uint64_t *map = all ? s->dirty : s->aged;
		unsigned first, end;

		if (s->n_dirty == 0)
			continue;
		first = hak_bits_find(map, s->n_slices, 0, true);
		if (first == s->n_slices)
			continue;
		end = hak_bits_find(map, s->n_slices, first, false);
		out->superslab = s;
		out->base = s->base + first * HAK_SLICE_SIZE;
		out->n = end - first;
		use_locked(s, first, end - first);
		return true;
	}
	return false;
}

static void age_locked(void)
{
	for (struct hak_link *l = open.next; l != &open; l = l->next) {
		struct hak_superslab *s = of_link(l);

		for (unsigned i = 0; i < N_WORDS; i++)
			s->aged[i] = s->dirty[i];
	}
}

/* Takes a superslab out of the list that holds nothing at all, but for the oldest one. */
static struct hak_superslab *claim_empty_locked(void)
{
	for (struct hak_link *l = open.next; l != &open; l = l->next) {
		struct hak_superslab *s = of_link(l);

		if (s->n_used == 0 && s->n_dirty == 0 && n_superslabs > 1) {
			hak_list_remove(&s->link);
			n_superslabs--;
			n_slices_mapped -= s->n_slices;
			return s;
		}
	}
	return NULL;
}

static void unmap_empty(void)
{
	for (;;) {
		struct hak_superslab *s;

		take_lock();
		s = claim_empty_locked();
		give_lock();
		if (s == NULL)
			return;
		if (hak_os_unmap(s->base, s->n_slices * HAK_SLICE_SIZE)) {
			hak_meta_give(s, sizeof *s);
			continue;
		}
		take_lock();
		s->era = era;
		hak_list_put_first(&open, &s->link);
		n_superslabs++;
		n_slices_mapped += s->n_slices;
		give_lock();
		return;
	}
}

size_t hak_superslab_purge(bool all)
{
	size_t n_bytes = 0;

	for (;;) {
		struct hak_slices claimed;
		struct hak_superslab *s;
		bool is_done;

		take_lock();
		is_done = !claim_dirty_locked(all, &claimed);
		if (is_done)
			age_locked();
		give_lock();
		if (is_done)
			break;
		s = claimed.superslab;
		is_done = hak_os_purge(claimed.base, claimed.n * HAK_SLICE_SIZE);
		n_bytes += is_done ? claimed.n * HAK_SLICE_SIZE : 0;
		take_lock();
		if (s->era == era)
			unuse_locked(s, (unsigned)((size_t)(claimed.base - s->base) / HAK_SLICE_SIZE), (unsigned)claimed.n,
				!is_done);
		give_lock();
		if (!is_done) /* locked memory, for one: not to be had back */
			break;
	}
	unmap_empty();
	return n_bytes;
}

static bool list_contains_locked(const struct hak_link *head, const char *p)
{
	for (const struct hak_link *l = head->next; l != head; l = l->next) {
		const struct hak_superslab *s = HAK_MEMBER(l, const struct hak_superslab, link);

		if (p >= s->base && (size_t)(p - s->base) < s->n_slices * HAK_SLICE_SIZE)
			return true;
	}
	return false;
}

bool hak_superslab_contains(const void *p)
{
	bool is_ours;

	take_lock();
	is_ours = list_contains_locked(&open, p) || list_contains_locked(&full, p);
	give_lock();
	return is_ours;
}

void hak_superslab_stats_get(struct hak_superslab_stats *stats)
{
	take_lock();
	stats->mapped = n_slices_mapped * HAK_SLICE_SIZE;
	stats->used = n_slices_used * HAK_SLICE_SIZE;
	stats->dirty = n_slices_dirty * HAK_SLICE_SIZE;
	stats->n_superslabs = n_superslabs;
	give_lock();
}

static size_t check_locked(struct hak_superslab *s, bool is_full)
{
	unsigned n_used = 0, n_dirty = 0;
	bool is_sound;

	for (unsigned i = 0; i < N_WORDS; i++) {
		n_used += hak_bits_count(s->used[i]);
		n_dirty += hak_bits_count(s->dirty[i]);
	}
	is_sound = n_used == s->n_used && n_dirty == s->n_dirty && is_full == (n_used == s->n_slices);
	for (unsigned i = 0; i < N_WORDS; i++)
		is_sound = is_sound && (s->used[i] & s->dirty[i]) == 0 && (s->aged[i] & ~s->dirty[i]) == 0;
	return is_sound ? 0 : 1;
}

static size_t check_all_locked(void)
{
	size_t n_faults = 0;

	for (struct hak_link *l = open.next; l != &open; l = l->next)
		n_faults += check_locked(of_link(l), false);
	for (struct hak_link *l = full.next; l != &full; l = l->next)
		n_faults += check_locked(of_link(l), true);
	return n_faults;
}

size_t hak_superslab_check(void)
{
	size_t n_faults;
	struct hak_text t;

	take_lock();
	n_faults = check_all_locked();
	give_lock();
	if (n_faults > 0) {
		hak_text_open(&t, 2);
		hak_text_add(&t, "hakmem: check: a superslab's counts do not match its bitmaps\n");
		hak_text_close(&t);
	}
	return n_faults;
}
