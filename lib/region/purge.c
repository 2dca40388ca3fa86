/* SPDX-License-Identifier: MIT */
#include <limits.h>
#include <string.h>

#include "base/atomic.h"
#include "conf/options.h"
#include "os/page.h"
#include "region/extents.h"
#include "region/limit.h"
#include "region/meta.h"
#include "region/shut.h"
#include "region/slices.h"

#define N_WORDS HAK_SLICES_WORDS

static size_t count_slices(const uint64_t *map)
{
	size_t n = 0;

	for (unsigned i = 0; i < N_WORDS; i++)
		n += hak_bits_count(map[i]);
	return n;
}

/* Is more memory free and resident than huge pages are worth? dirty: the slices to count. */
static bool is_wasteful_locked(const struct hak_superslab *s, const uint64_t *dirty)
{
	return hak_load_relaxed(&s->huge) != HAK_HUGE_ALWAYS &&
		s->kept + count_slices(dirty) * HAK_SLICE_SIZE > s->n_used * HAK_SLICE_SIZE / HAK_HUGE_KEEP_RATIO;
}

/* Finds a huge page that is all free, with slices in map. Returns how many slices it has; 0: there is none. */
static unsigned find_huge_locked(const struct hak_superslab *s, const uint64_t *map, unsigned *first)
{
	for (unsigned i = 0; i + HAK_HUGE_SLICES <= s->n_slices; i += HAK_HUGE_SLICES) {
		*first = i;
		if (hak_bits_are(s->used, i, HAK_HUGE_SLICES, false) && !hak_bits_are(map, i, HAK_HUGE_SLICES, false))
			return HAK_HUGE_SLICES;
	}
	return 0;
}

/* Finds slices in map to purge together, at most `most`; only whole huge pages, while those are worth it. Returns how
 * many. */
static unsigned find_dirty_locked(const struct hak_superslab *s, const uint64_t *map, unsigned most, unsigned *first)
{
	unsigned n;

	if (hak_slices_is_huge(s)) {
		n = find_huge_locked(s, map, first);
		if (n > 0 || !is_wasteful_locked(s, map))
			return n;
	}
	*first = hak_bits_find(map, s->n_slices, 0, true);
	n = hak_bits_find(map, s->n_slices, *first, false) - *first;
	return n < most ? n : most;
}

/* Free slices to be purged, marked used so that nobody takes them meanwhile. */
struct claim {
	struct hak_slices slices;
	size_t n_held; /* bytes of those that were not clean */
	struct hak_slices_revival revival; /* as for anyone who takes slices (S4): lazy ones may be undumped */
};

static bool claim_locked(struct hak_superslab *s, unsigned first, unsigned n, struct claim *out)
{
	if (n == 0)
		return false;
	out->slices.superslab = s;
	out->slices.base = s->base + first * HAK_SLICE_SIZE;
	out->slices.n = n;
	out->n_held = (hak_bits_count_in(s->dirty, first, n) + hak_bits_count_in(s->lazy, first, n)) * HAK_SLICE_SIZE;
	hak_slices_revive_locked(s, first, n, &out->revival);
	hak_slices_use_locked(s, first, n);
	return true;
}

static bool claim_dirty_locked(struct hak_superslab *s, const uint64_t *map, unsigned most, struct claim *out)
{
	unsigned first = 0, n = find_dirty_locked(s, map, most, &first);

	return claim_locked(s, first, n, out);
}

/* Claims part of a dirty extent of at least n slices. */
static bool claim_long_locked(size_t n, struct claim *out)
{
	struct hak_superslab *s;

	while ((s = hak_extents_largest_locked(HAK_EXTENT_DIRTY, false, n)) != NULL) {
		unsigned longest, first = hak_slices_find_locked(s, HAK_EXTENT_DIRTY, n, HAK_SLICE_SIZE, &longest);
		unsigned end;

		if (first < s->n_slices) {
			end = hak_bits_find(s->dirty, s->n_slices, first, false);
			return claim_locked(s, first, end - first < HAK_PURGE_PIECE ? end - first : HAK_PURGE_PIECE, out);
		}
		hak_extents_set_locked(s, HAK_EXTENT_DIRTY, longest);
	}
	return false;
}

/* Claims a whole huge page. What is freed bit by bit is whole in the end: parts wait until they have aged. Where there is
 * none, the next look comes last, so that a few looks do however many superslabs there are. */
static bool claim_huge_locked(struct claim *out)
{
	struct hak_superslab *s;

	for (unsigned i = 0; i < HAK_PURGE_LOOKS; i++) {
		unsigned first = 0, longest, n;

		s = hak_extents_largest_locked(HAK_EXTENT_DIRTY, true, HAK_HUGE_SLICES);
		if (s == NULL)
			break;
		n = find_huge_locked(s, s->dirty, &first);
		if (n > 0)
			return claim_locked(s, first, n, out);
		hak_slices_find_locked(s, HAK_EXTENT_DIRTY, s->n_slices + 1U, 1, &longest);
		hak_extents_renew_locked(s, HAK_EXTENT_DIRTY, longest);
	}
	return false;
}

/* Claims any dirty slices, long extents first. */
static bool claim_slack(struct claim *out)
{
	bool is_there;

	hak_slices_lock();
	is_there = claim_long_locked(HAK_PURGE_PIECE, out) || claim_huge_locked(out) || claim_long_locked(1, out);
	hak_slices_unlock();
	return is_there;
}

/* Claims from s what has aged, or with `all` whatever is dirty or lazy. */
static bool claim_from(struct hak_superslab *s, bool all, struct claim *out)
{
	uint64_t map[N_WORDS];
	bool is_there = false;

	hak_slices_lock();
	if (s->n_slices > 0 && s->n_dirty + s->n_lazy > 0) {
		for (unsigned i = 0; i < N_WORDS; i++)
			map[i] = all ? s->dirty[i] | s->lazy[i] : s->aged[i];
		is_there = count_slices(map) > 0 && claim_dirty_locked(s, map, all ? UINT_MAX : HAK_PURGE_PIECE, out);
	}
	hak_slices_unlock();
	return is_there;
}

void hak_superslab_age(void)
{
	for (struct hak_superslab *s = hak_slices_first(); s != NULL; s = s->next) {
		hak_slices_lock();
		memcpy(s->aged, s->dirty, sizeof s->aged);
		hak_slices_unlock();
	}
	hak_slices_undump();
}

/* Unmaps a superslab that is all clean, unless it is the last one. */
static void unmap_if_empty(struct hak_superslab *s)
{
	bool is_empty;

	hak_slices_lock();
	is_empty = s->n_slices > 0 && s->n_used + s->n_dirty + s->n_lazy + s->n_pins == 0 && hak_superslabs.n > 1;
	if (is_empty)
		hak_slices_end_locked(s);
	hak_slices_unlock();
	if (!is_empty)
		return;
	hak_registry_drop(s->base, s->n_made);
	is_empty = hak_os_unmap(s->base, s->n_made * HAK_SLICE_SIZE);
	if (is_empty)
		hak_shut_forget(s);
	else
		hak_registry_put(s->base, s->n_made, &s->nothing);
	hak_slices_lock();
	if (is_empty)
		hak_slices_retire_locked(s);
	else
		hak_slices_begin_locked(s);
	hak_slices_unlock();
}

/* Where anything of a huge page was touched, all of it is resident: what was clean there becomes dirty. */
static void dirty_rests_locked(struct hak_superslab *s)
{
	uint64_t clean[N_WORDS];

	for (unsigned i = 0; i < N_WORDS; i++)
		clean[i] = ~(s->used[i] | s->dirty[i] | s->lazy[i] | s->undumped[i]);
	for (unsigned i = 0; i < s->n_slices; i++) {
		unsigned page = i - i % HAK_HUGE_SLICES;

		if (!hak_bit_is_set(clean, i) || hak_bits_are(clean, page, HAK_HUGE_SLICES, true))
			continue;
		hak_limit_add(HAK_SLICE_SIZE);
		hak_slices_use_locked(s, i, 1);
		hak_slices_unuse_locked(s, i, 1, HAK_SLICES_DIRTY);
	}
}

void hak_superslab_break(struct hak_superslab *s)
{
	if (!hak_huge_break(&s->huge, s->base, s->n_slices * HAK_SLICE_SIZE))
		return;
	hak_slices_lock();
	dirty_rests_locked(s);
	for (unsigned kind = 0; kind < HAK_N_EXTENTS; kind++) /* it is no longer reserved (X2) */
		hak_extents_set_locked(s, kind, s->extent[kind].bound);
	hak_slices_unlock();
}

/* Returns the state in which this leaves the pages. */
static enum hak_slices_state purge_pages(struct hak_superslab *s, char *base, size_t size, bool can_be_lazy)
{
	if (((size_t)(base - s->base) | size) % HAK_HUGE_SIZE != 0)
		hak_superslab_break(s);
	if (can_be_lazy && hak_load_relaxed(&hak_options.purge_lazy) && hak_os_purge_lazily(base, size))
		return HAK_SLICES_LAZY;
	return hak_os_purge(base, size) ? HAK_SLICES_CLEAN : HAK_SLICES_DIRTY;
}

bool hak_superslab_is_huge(const struct hak_superslab *s)
{
	return hak_slices_is_huge(s);
}

bool hak_superslab_keep_holes(struct hak_superslab *s, size_t n_old, size_t n_new)
{
	bool is_kept;

	if ((n_old | n_new) == 0)
		return hak_slices_is_huge(s);
	hak_slices_lock();
	s->kept += n_new - n_old;
	is_kept = hak_slices_is_huge(s) && !is_wasteful_locked(s, s->aged);
	if (!is_kept)
		s->kept -= n_new;
	hak_slices_unlock();
	return is_kept;
}

static bool is_refused; /* any */

bool hak_superslab_is_refused(void)
{
	return hak_load_relaxed(&is_refused);
}

/* Purges a claim. Returns bytes; 0 if the kernel refuses, as it does for locked memory. */
static size_t purge_claimed(const struct claim *claim, bool can_be_lazy)
{
	struct hak_superslab *s = claim->slices.superslab;
	size_t size = claim->slices.n * HAK_SLICE_SIZE;
	enum hak_slices_state state;

	hak_slices_revive(&claim->revival);
	state = purge_pages(s, claim->slices.base, size, can_be_lazy);
	if (hak_is_hardened())
		hak_shut_open(s, claim->slices.base, claim->slices.n); /* fewer mappings; otherwise they stay shut */
	if (state == HAK_SLICES_CLEAN)
		hak_limit_give(claim->n_held);
	else
		hak_limit_add(size - claim->n_held);
	hak_slices_lock();
	hak_slices_unuse_locked(s, hak_slices_idx_of(s, claim->slices.base), (unsigned)claim->slices.n, state);
	hak_slices_unlock();
	hak_store_relaxed(&is_refused, state == HAK_SLICES_DIRTY);
	if (state == HAK_SLICES_CLEAN)
		unmap_if_empty(s);
	return state != HAK_SLICES_DIRTY ? claim->n_held : 0;
}

static size_t purge_slack(size_t n_bytes)
{
	struct claim claim;
	size_t n_done = 0, n = 1;

	while (n > 0 && n_done < n_bytes && claim_slack(&claim)) {
		n = purge_claimed(&claim, true);
		n_done += n;
	}
	return n_done;
}

static struct hak_superslab *aged_at; /* any: where the search for aged slices continues; NULL: at the first superslab */

static size_t purge_aged(size_t n_bytes)
{
	struct hak_superslab *begin = hak_load_relaxed(&aged_at), *s;
	struct claim claim;
	size_t n_done = 0, n = 1;

	begin = s = begin != NULL ? begin : hak_slices_first();
	if (s == NULL)
		return 0;
	while (n_done < n_bytes) {
		while (n > 0 && n_done < n_bytes && claim_from(s, false, &claim)) {
			n = purge_claimed(&claim, true);
			n_done += n;
		}
		if (n == 0 || n_done >= n_bytes)
			break;
		s = s->next != NULL ? s->next : hak_slices_first();
		if (s == begin)
			break;
	}
	hak_store_relaxed(&aged_at, s);
	return n_done;
}

static size_t purge_all(size_t n_bytes)
{
	struct claim claim;
	size_t n_done = 0, n = 1;

	for (struct hak_superslab *s = hak_slices_first(); s != NULL; s = s->next) {
		while (n > 0 && n_done < n_bytes && claim_from(s, true, &claim)) {
			n = purge_claimed(&claim, false);
			n_done += n;
		}
		unmap_if_empty(s);
	}
	hak_slices_undump();
	return n_done;
}

size_t hak_superslab_purge(enum hak_purge which, size_t n_bytes)
{
	return which == HAK_PURGE_SLACK ? purge_slack(n_bytes) : which == HAK_PURGE_AGED ? purge_aged(n_bytes) : purge_all(n_bytes);
}
