/* SPDX-License-Identifier: MIT */
#include <limits.h>

#include "base/atomic.h"
#include "conf/options.h"
#include "os/page.h"
#include "region/limit.h"
#include "region/meta.h"
#include "region/slices.h"

#define N_WORDS HAK_SLICES_WORDS

static size_t count_locked(const uint64_t *map)
{
	size_t n = 0;

	for (unsigned i = 0; i < N_WORDS; i++)
		n += hak_bits_count(map[i]);
	return n;
}

/* Is more free and resident than huge pages are worth? dirty: those of the slices that count. */
static bool is_wasteful_locked(const struct hak_superslab *s, const uint64_t *dirty)
{
	return hak_load_relaxed(&s->huge) != HAK_HUGE_ALWAYS &&
		s->kept + count_locked(dirty) * HAK_SLICE_SIZE > s->n_used * HAK_SLICE_SIZE / HAK_HUGE_KEEP_RATIO;
}

/* At least `least` slices in map that are to be purged together, at most `most`; of huge pages that matter, whole ones.
 * Returns how many. */
static unsigned find_dirty_locked(const struct hak_superslab *s, const uint64_t *map, unsigned least, unsigned most,
	unsigned *first)
{
	if (hak_slices_is_huge(s)) {
		for (unsigned i = 0; i < s->n_slices; i += HAK_HUGE_SLICES) {
			*first = i;
			if (i + HAK_HUGE_SLICES <= s->n_slices && hak_bits_are(map, i, HAK_HUGE_SLICES, true))
				return HAK_HUGE_SLICES;
		}
		if (!is_wasteful_locked(s, map))
			return 0;
	}
	for (unsigned end = 0;;) {
		unsigned n;

		*first = hak_bits_find(map, s->n_slices, end, true);
		if (*first == s->n_slices)
			return 0;
		end = hak_bits_find(map, s->n_slices, *first, false);
		n = end - *first;
		if (n >= least)
			return n < most ? n : most;
	}
}

/* Finds a dirty run to purge and marks it used, so that nobody takes it while the kernel works; *revival: as whoever
 * takes slices (S4): lazy ones may be undumped. The superslabs that were in use for longest come first. */
static bool claim_dirty_locked(enum hak_purge which, unsigned least, struct hak_slices *out,
	struct hak_slices_revival *revival)
{
	unsigned most = which == HAK_PURGE_ALL ? UINT_MAX : HAK_PURGE_PIECE;

	hak_superslabs.n_kept = 0;
	for (struct hak_link *l = hak_superslabs.open.prev; l != &hak_superslabs.open; l = l->prev) {
		struct hak_superslab *s = hak_slices_superslab_of(l);
		uint64_t map[N_WORDS];
		unsigned first, n;

		if (s->n_dirty < least)
			continue;
		for (unsigned i = 0; i < N_WORDS; i++)
			map[i] = which == HAK_PURGE_AGED ? s->aged[i] :
				which == HAK_PURGE_SLACK ? s->dirty[i] & ~s->lazy[i] : s->dirty[i];
		n = find_dirty_locked(s, map, least, most, &first);
		if (n == 0) {
			hak_superslabs.n_kept += count_locked(map);
			continue;
		}
		out->superslab = s;
		out->base = s->base + first * HAK_SLICE_SIZE;
		out->n = n;
		hak_slices_revive_locked(s, first, n, revival);
		hak_slices_use_locked(s, first, n);
		return true;
	}
	return false;
}

void hak_superslab_age(void)
{
	hak_slices_lock();
	for (struct hak_link *l = hak_superslabs.open.next; l != &hak_superslabs.open; l = l->next) {
		struct hak_superslab *s = hak_slices_superslab_of(l);

		for (unsigned i = 0; i < N_WORDS; i++)
			s->aged[i] = s->dirty[i] & ~s->lazy[i];
	}
	hak_slices_unlock();
	hak_slices_undump();
}

/* Takes a superslab out of the list that holds nothing at all, but for the oldest one. */
static struct hak_superslab *claim_empty_locked(void)
{
	for (struct hak_link *l = hak_superslabs.open.next; l != &hak_superslabs.open; l = l->next) {
		struct hak_superslab *s = hak_slices_superslab_of(l);

		if (s->n_used == 0 && s->n_dirty == 0 && s->n_pins == 0 && hak_superslabs.n > 1 &&
			hak_load_relaxed(&s->huge) != HAK_HUGE_ASKING) {
			hak_list_remove(&s->link);
			hak_superslabs.n--;
			hak_superslabs.n_mapped -= s->n_slices;
			hak_slices_forget_undumped_locked(s);
			s->n_slices = 0; /* a forked child that lists all anew finds it gone, whether it is or not */
			return s;
		}
	}
	return NULL;
}

static void unmap_empty(void)
{
	for (;;) {
		struct hak_superslab *s;

		hak_slices_lock();
		s = claim_empty_locked();
		hak_slices_unlock();
		if (s == NULL)
			return;
		if (hak_os_unmap(s->base, s->n_made * HAK_SLICE_SIZE)) {
			hak_slices_lock();
			hak_slices_retire_locked(s);
			hak_slices_unlock();
			continue;
		}
		hak_slices_lock();
		s->n_slices = s->n_made;
		hak_list_put_first(&hak_superslabs.open, &s->link);
		hak_superslabs.n++;
		hak_superslabs.n_mapped += s->n_slices;
		hak_slices_unlock();
		return;
	}
}

void hak_superslab_break(struct hak_superslab *s)
{
	hak_huge_break(&s->huge, s->base, s->n_slices * HAK_SLICE_SIZE);
}

/* Returns the state that the pages are in now. */
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

/* Purges what was claimed. Returns the state it is in now. */
static enum hak_slices_state purge_claimed(const struct hak_slices *claimed, enum hak_purge which, bool *is_empty)
{
	struct hak_superslab *s = claimed->superslab;
	size_t size = claimed->n * HAK_SLICE_SIZE;
	enum hak_slices_state state = purge_pages(s, claimed->base, size, which != HAK_PURGE_ALL);

	if (state == HAK_SLICES_CLEAN)
		hak_limit_give(size);
	hak_slices_lock();
	hak_slices_unuse_locked(s, hak_slices_idx_of(s, claimed->base), (unsigned)claimed->n, state);
	*is_empty = *is_empty || (s->n_used == 0 && s->n_dirty == 0);
	hak_slices_unlock();
	return state;
}

static bool is_refused; /* any */

bool hak_superslab_is_refused(void)
{
	return hak_load_relaxed(&is_refused);
}

size_t hak_superslab_purge(enum hak_purge which, size_t n_bytes)
{
	unsigned least = which == HAK_PURGE_SLACK ? HAK_PURGE_PIECE : 1;
	enum hak_slices_state state = HAK_SLICES_CLEAN;
	bool is_empty = which == HAK_PURGE_ALL;
	size_t n_done = 0;

	while (n_done < n_bytes && state != HAK_SLICES_DIRTY) { /* locked memory, for one, is not to be had back */
		struct hak_slices claimed;
		struct hak_slices_revival revival;
		bool is_there;

		hak_slices_lock();
		is_there = claim_dirty_locked(which, least, &claimed, &revival);
		hak_slices_unlock();
		if (!is_there && least == 1)
			break;
		if (!is_there) {
			least = 1;
			continue;
		}
		hak_slices_revive(&revival);
		state = purge_claimed(&claimed, which, &is_empty);
		hak_store_relaxed(&is_refused, state == HAK_SLICES_DIRTY);
		n_done += state != HAK_SLICES_DIRTY ? claimed.n * HAK_SLICE_SIZE : 0;
	}
	if (is_empty)
		unmap_empty();
	if (which == HAK_PURGE_ALL)
		hak_slices_undump();
	return n_done;
}
