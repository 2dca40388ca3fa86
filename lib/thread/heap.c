/* SPDX-License-Identifier: MIT */
#include "thread/heap.h"

#include <errno.h>

#include "base/atomic.h"
#include "base/bits.h"
#include "conf/options.h"
#include "large/kept.h"
#include "os/call.h"
#include "region/limit.h"
#include "region/meta.h"
#include "region/slack.h"
#include "thread/salvage.h"
#include "thread/thread.h"
#include "tiny/slab.h"

struct hak_heap *hak_heaps_all;
uint32_t hak_heaps_n;
static uint32_t n_processors = HAK_HEAPS_UNKNOWN; /* const once the library is loaded */

void hak_heaps_prepare(void)
{
	uint64_t mask[HAK_HEAPS_MAX / HAK_WORD_BITS] = { 0 };
	uint32_t n = 0;

	/* Where the kernel's mask is longer, there are more processors than heaps. */
	if (hak_call_getaffinity(sizeof mask, mask) == -EINVAL)
		n = HAK_HEAPS_MAX;
	for (unsigned i = 0; i < HAK_HEAPS_MAX / HAK_WORD_BITS; i++)
		n += hak_bits_count(mask[i]);
	if (n > 0)
		hak_store_relaxed(&n_processors, n);
}

struct hak_heap *hak_heaps_first(void)
{
	return hak_load_acquire(&hak_heaps_all);
}

struct hak_heap *hak_heaps_find(uint32_t id)
{
	struct hak_heap *h = id != 0 ? hak_heaps_first() : NULL;

	while (h != NULL && h->id != id)
		h = hak_load_acquire(&h->next);
	return h;
}

uint32_t hak_heaps_count(void)
{
	return hak_load_relaxed(&hak_heaps_n);
}

struct hak_heap *hak_heaps_make_locked(bool is_data)
{
	struct hak_heap *h = hak_meta_take(sizeof *h);
	struct hak_heap **end = &hak_heaps_all;

	if (h == NULL)
		return NULL;
	hak_heap_init(h, hak_heaps_n + 1);
	h->is_data = is_data;
	while (*end != NULL)
		end = &(*end)->next;
	hak_store_release(end, h);
	hak_store_relaxed(&hak_heaps_n, hak_heaps_n + 1);
	return h;
}

struct hak_heap *hak_heaps_choose_locked(struct hak_heap *near)
{
	struct hak_heap *best = NULL;
	uint32_t least = UINT32_MAX, n_plain = 0;

	for (struct hak_heap *h = hak_heaps_first(); h != NULL; h = hak_load_acquire(&h->next)) {
		uint32_t n = hak_load_relaxed(&h->n_threads);

		if (h->is_data)
			continue;
		n_plain++;
		if (n < least) {
			least = n;
			best = h;
		}
	}
	if (least > 0 && n_plain < hak_load_relaxed(&n_processors)) { /* a new one has none */
		least = 0;
		best = NULL;
	}
	/* Its last thread may be about to end, and this one to replace it. */
	if (near != NULL && !near->is_data && hak_load_relaxed(&near->n_threads) <= least + 1)
		return near;
	if (best == NULL)
		best = hak_heaps_make_locked(false);
	return best != NULL ? best : hak_heaps_first();
}

/* What is left of n_bytes for a cache that has claimed n_claimed of it; what idle threads have claimed is not there to share. */
static uint64_t left_of(uint64_t n_bytes, size_t n_claimed)
{
	uint64_t claimed = hak_load_relaxed(&hak_cache_claimed);

	return n_bytes + n_claimed > claimed ? n_bytes + n_claimed - claimed : 0;
}

static uint64_t least_of(uint64_t a, uint64_t b)
{
	return a < b ? a : b;
}

static uint64_t most_of(uint64_t a, uint64_t b)
{
	return a > b ? a : b;
}

/* Whatever a thread does. */
static uint64_t share_of(uint64_t all, uint64_t n_threads, size_t n_claimed)
{
	uint64_t few = least_of(n_threads, HAK_BUDGET_FEW);
	/* Most of many threads are idle: those that came early must not take it all. */
	uint64_t part = all / n_threads * few / n_threads;
	uint64_t least = n_threads < 2 ? HAK_BUDGET_ONE : 4 * HAK_BUDGET_ONE / n_threads / few;

	part = least_of(most_of(part, least), left_of(most_of(all, 2 * HAK_BUDGET_ONE), n_claimed));
	return most_of(part, HAK_BUDGET_LEAST);
}

/* By its square: a thread that misses often gets soon what it needs; of many that work a little, none takes much. */
static uint64_t earned_by(uint64_t n_misses)
{
	uint64_t n = least_of(n_misses, HAK_BUDGET_EARNING);

	return n * n / (HAK_BUDGET_EARNING / (HAK_BUDGET_EARNED / HAK_BUDGET_EARNING));
}

size_t hak_heaps_budget(uint64_t n_threads, size_t n_claimed, uint64_t n_misses)
{
	uint64_t held = hak_limit_held(), slack = hak_slack_now(), n = most_of(n_threads, 1);
	uint64_t all = (held > slack ? held - slack : 0) / HAK_BUDGET_RATIO;
	uint64_t budget = share_of(all, n, n_claimed) + earned_by(n_misses);
	uint64_t busy = least_of(HAK_BUDGET_BUSY * all / n, left_of(HAK_BUDGET_BUSY * all, n_claimed));

	budget = most_of(budget, least_of(busy, n_misses * HAK_BUDGET_PER_BUSY_MISS));
	if (hak_load_relaxed(&hak_options.diet))
		budget /= 8;
	return (size_t)least_of(budget, HAK_BUDGET_MOST);
}

/* Remote frees may have emptied slabs of heaps whose own threads do not collect them. */
static void collect_others(const struct hak_heap *mine)
{
	for (struct hak_heap *h = hak_heaps_first(); h != NULL; h = hak_load_acquire(&h->next))
		if (h != mine && hak_heap_is_pending_any(h))
			hak_heap_collect_any(h);
}

bool hak_heaps_grow(struct hak_heap *h, unsigned sc)
{
	struct hak_slab *s;

	if (hak_salvage_one())
		return true;
	if (hak_thread_borrow(h, sc))
		return true;
	if (hak_load_relaxed(&h->n_made) % HAK_COLLECT_EVERY == HAK_COLLECT_EVERY - 1)
		collect_others(h);
	s = hak_slab_make_any(h, sc);
	if (s == NULL) {
		/* Last resort: give up what is kept for speed. */
		hak_kept_purge(0, SIZE_MAX, SIZE_MAX);
		s = hak_slab_make_any(h, sc);
	}
	if (s == NULL)
		return false;
	hak_heap_lock(h);
	hak_slab_list_locked(h, s);
	hak_heap_unlock(h);
	return true;
}
