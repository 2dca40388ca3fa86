/* SPDX-License-Identifier: MIT */
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

/* The first slices in map that are to be purged together: whole huge pages, if they matter. Returns how many. */
static unsigned find_dirty_locked(const struct hak_superslab *s, const uint64_t *map, unsigned *first)
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
	*first = hak_bits_find(map, s->n_slices, 0, true);
	return hak_bits_find(map, s->n_slices, *first, false) - *first;
}

/* Finds a dirty run to purge and marks it used, so that nobody takes it while the kernel works; *revival: as whoever
 * takes slices (S4): lazy ones may be undumped. */
static bool claim_dirty_locked(bool all, struct hak_slices *out, struct hak_slices_revival *revival)
{
	hak_superslabs.n_kept = 0;
	for (struct hak_link *l = hak_superslabs.open.next; l != &hak_superslabs.open; l = l->next) {
		struct hak_superslab *s = hak_slices_superslab_of(l);
		const uint64_t *map = all ? s->dirty : s->aged;
		unsigned first, n;

		if (s->n_dirty == 0)
			continue;
		n = find_dirty_locked(s, map, &first);
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

static void age_locked(void)
{
	for (struct hak_link *l = hak_superslabs.open.next; l != &hak_superslabs.open; l = l->next) {
		struct hak_superslab *s = hak_slices_superslab_of(l);

		for (unsigned i = 0; i < N_WORDS; i++)
			s->aged[i] = s->dirty[i] & ~s->lazy[i];
	}
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
		if (hak_os_unmap(s->base, s->n_slices * HAK_SLICE_SIZE)) {
			hak_meta_give(s, sizeof *s);
			continue;
		}
		hak_slices_lock();
		s->era = hak_superslabs.era;
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

size_t hak_superslab_purge(bool all)
{
	size_t n_bytes = 0;

	for (;;) {
		struct hak_slices claimed;
		struct hak_slices_revival revival;
		struct hak_superslab *s;
		enum hak_slices_state state;
		bool is_done;

		hak_slices_lock();
		is_done = !claim_dirty_locked(all, &claimed, &revival);
		if (is_done)
			age_locked();
		hak_slices_unlock();
		if (is_done)
			break;
		hak_slices_revive(&revival);
		s = claimed.superslab;
		state = purge_pages(s, claimed.base, claimed.n * HAK_SLICE_SIZE, !all);
		n_bytes += state != HAK_SLICES_DIRTY ? claimed.n * HAK_SLICE_SIZE : 0;
		if (state == HAK_SLICES_CLEAN)
			hak_limit_give(claimed.n * HAK_SLICE_SIZE);
		hak_slices_lock();
		if (s->era == hak_superslabs.era)
			hak_slices_unuse_locked(s, hak_slices_idx_of(s, claimed.base), (unsigned)claimed.n, state);
		hak_slices_unlock();
		if (state == HAK_SLICES_DIRTY) /* locked memory, for one: not to be had back */
			break;
	}
	unmap_empty();
	hak_slices_undump();
	return n_bytes;
}
