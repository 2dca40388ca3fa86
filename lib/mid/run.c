/* SPDX-License-Identifier: MIT */
#include "mid/run.h"

#include "base/atomic.h"
#include "base/bits.h"
#include "base/probe.h"
#include "os/page.h"
#include "region/limit.h"

uint64_t hak_run_n_bytes;
uint64_t hak_run_n_takes;

uint64_t hak_run_bytes(void)
{
	return hak_load_relaxed(&hak_run_n_bytes);
}

static size_t slices_for(size_t size)
{
	return size > HAK_SLICE_SIZE ? (size + HAK_SLICE_SIZE - 1) / HAK_SLICE_SIZE : 1;
}

/* Returns the difference in size. */
static uint64_t set_run_size(struct hak_span *run, size_t size, size_t n)
{
	size_t old_size = run->size;

	run->sc = 0;
	run->n_slices = (uint32_t)n;
	hak_own_set(&run->size, size > 0 ? hak_round_up(size, hak_os_page_size()) : hak_os_page_size());
	return (uint64_t)run->size - old_size;
}

void *hak_run_take(size_t size, size_t align, bool *is_clean)
{
	struct hak_slices slices;
	struct hak_span *run;

	if (!hak_superslab_take(slices_for(size), align > HAK_SLICE_SIZE ? align : HAK_SLICE_SIZE, &slices))
		return NULL;
	run = slices.record;
	HAK_NOTE_WRITE(run, sizeof *run);
	hak_own_set(&run->kind, HAK_KIND_RUN);
	run->is_clean = slices.is_clean;
	hak_own_set(&run->base, slices.base);
	run->superslab = slices.superslab;
	hak_own_set(&run->size, 0);
	hak_add_relaxed(&hak_run_n_bytes, set_run_size(run, size, slices.n));
	hak_add_relaxed(&hak_run_n_takes, 1);
	hak_superslab_forgo_rest(run);
	hak_registry_put(run->base, slices.n, run);
	*is_clean = slices.is_clean;
	HAK_PROBE(run, run->size, run->base);
	return run->base;
}

/* Removes the run at p from the registry. False: another thread was first. */
static bool claim_run(struct hak_span *run, void *p)
{
	struct hak_span *nothing = hak_superslab_nothing(run->superslab);

	if (!hak_registry_claim(p, run, nothing))
		return false;
	hak_registry_put(run->base + HAK_SLICE_SIZE, run->n_slices - 1, nothing);
	hak_sub_relaxed(&hak_run_n_bytes, run->size);
	hak_superslab_reclaim_rest(run);
	HAK_PROBE(run_free, run->size, run->base);
	return true;
}

bool hak_run_give(struct hak_span *run, void *p)
{
	if (!claim_run(run, p))
		return false;
	hak_superslab_give(run->superslab, run->base, run->n_slices);
	return true;
}

bool hak_run_give_alone(struct hak_span *run, void *p)
{
	if (!claim_run(run, p))
		return false;
	hak_superslab_give_late(run);
	return true;
}

static bool resize(struct hak_span *run, size_t size)
{
	size_t n = slices_for(size);
	size_t n_old = run->n_slices;
	bool keeps_room = run->sc == HAK_LIVE_RESIZED && n <= n_old && slices_for(hak_size_with_room(size)) >= n_old;
	size_t old_size;
	bool is_clean;

	if (keeps_room)
		n = n_old;
	if (size <= run->size)
		hak_superslab_reclaim_rest(run);
	else if (!hak_superslab_take_rest(run))
		return false;
	if (n > n_old) {
		if (!hak_superslab_extend(run->superslab, run->base, n_old, n, &is_clean)) {
			hak_superslab_forgo_rest(run);
			return false;
		}
		run->is_clean = run->is_clean && is_clean;
		hak_registry_put(run->base + n_old * HAK_SLICE_SIZE, n - n_old, run);
	} else if (n < n_old) {
		hak_registry_put(run->base + n * HAK_SLICE_SIZE, n_old - n, hak_superslab_nothing(run->superslab));
		hak_superslab_give(run->superslab, run->base + n * HAK_SLICE_SIZE, n_old - n);
	}
	old_size = run->size;
	hak_add_relaxed(&hak_run_n_bytes, set_run_size(run, size, n));
	if (keeps_room)
		run->sc = HAK_LIVE_RESIZED;
	if (run->size < old_size)
		run->is_clean = false;
	hak_superslab_forgo_rest(run);
	return true;
}

void hak_run_keep_room(struct hak_span *run, size_t size)
{
	hak_superslab_reclaim_rest(run);
	hak_add_relaxed(&hak_run_n_bytes, set_run_size(run, size, run->n_slices));
	run->sc = HAK_LIVE_RESIZED;
	hak_superslab_forgo_rest(run);
}

bool hak_run_resize(struct hak_span *run, void *p, size_t size)
{
	bool is_done;

	if (!hak_registry_claim(p, run, hak_superslab_nothing(run->superslab)))
		return false;
	is_done = resize(run, size);
	hak_registry_put(p, 1, run);
	return is_done;
}
