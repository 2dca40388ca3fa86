/* SPDX-License-Identifier: MIT */
#include "tiny/heap.h"

#include "base/atomic.h"
#include "tiny/remote.h"
#include "tiny/slab.h"

struct hak_heap hak_heap_none;

void hak_heap_init(struct hak_heap *h, uint32_t id)
{
	h->lock.rank = HAK_RANK_HEAP;
	h->id = id;
	h->tag = hak_registry_make_tag(id);
	hak_list_init(&h->news);
	hak_list_init(&h->warm);
	for (unsigned sc = 0; sc < HAK_N_CLASSES; sc++) {
		hak_list_init(&h->bin[sc].open);
		hak_list_init(&h->bin[sc].full);
	}
}

void hak_heap_lock(struct hak_heap *h)
{
	if (HAK_UNLIKELY(!hak_lock_take(&h->lock)))
		hak_slab_relist_locked(h);
}

bool hak_heap_try_lock(struct hak_heap *h)
{
	return hak_lock_try(&h->lock);
}

void hak_heap_unlock(struct hak_heap *h)
{
	hak_lock_give(&h->lock);
}

bool hak_heap_is_pending_any(const struct hak_heap *h)
{
	for (unsigned sc = 0; sc < HAK_N_CLASSES; sc++)
		if (hak_load_relaxed(&h->pending[sc]) != NULL)
			return true;
	return false;
}

void hak_heap_collect_class_any(struct hak_heap *h, unsigned sc)
{
	struct hak_after after = { .gone = NULL };

	hak_heap_lock(h);
	hak_remote_collect_class_locked(h, sc, &after);
	hak_heap_unlock(h);
	hak_slab_finish(&after);
}

void hak_heap_cool_any(struct hak_heap *h, bool all)
{
	struct hak_after after = { .gone = NULL };

	if (hak_load_relaxed(&h->n_single_bytes) == 0)
		return;
	for (unsigned sc = hak_class_of(HAK_SHARED_MAX) + 1; sc < HAK_N_CLASSES; sc++) {
		hak_heap_lock(h);
		if (all)
			hak_slab_drop_empty_locked(h, sc, &after);
		else
			hak_slab_drop_rested_locked(h, sc, &after);
		hak_heap_unlock(h);
	}
	hak_slab_finish(&after);
}

static void collect_any(struct hak_heap *h, bool with_singles)
{
	struct hak_after after = { .gone = NULL };

	for (unsigned sc = 0; sc < HAK_N_CLASSES; sc++) {
		hak_heap_lock(h);
		hak_remote_collect_class_locked(h, sc, &after);
		if (with_singles || !hak_class_is_single(sc))
			hak_slab_drop_empty_locked(h, sc, &after);
		hak_heap_unlock(h);
	}
	hak_slab_finish(&after);
}

void hak_heap_collect_any(struct hak_heap *h)
{
	collect_any(h, true);
}

void hak_heap_tidy_any(struct hak_heap *h)
{
	if (hak_heap_is_pending_any(h))
		collect_any(h, false);
	hak_heap_cool_any(h, false);
}
