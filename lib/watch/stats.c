/* SPDX-License-Identifier: MIT */
#include "watch/stats.h"

#include <string.h>

#include "base/atomic.h"
#include "conf/report.h"
#include "large/large.h"
#include "mid/run.h"
#include "os/page.h"
#include "region/limit.h"
#include "region/meta.h"
#include "region/peak.h"
#include "region/superslab.h"
#include "thread/heap.h"
#include "thread/thread.h"
#include "tiny/aside.h"
#include "tiny/group.h"
#include "tiny/slab.h"
#include "watch/pins.h"
#include "watch/profile.h"

/* What a slab has of its class, in n_live all that is not free or on its way: what caches hold, too. */
static void add_slab(const struct hak_slab *s, struct hakmem_class_stats *class)
{
	uint64_t n_free = hak_load_relaxed(&s->n_free);

	class->n_slabs++;
	class->n_live += hak_load_relaxed(&s->n_blocks) - n_free;
	class->n_free += n_free;
	for (unsigned w = 0; w < s->n_words; w++)
		class->n_in_flight += hak_bits_count(hak_load_relaxed(&s->remote[w]) | hak_aside_held(s, w));
}

/* A difference of counters read at different times; never below zero. */
static uint64_t minus(uint64_t a, uint64_t b)
{
	return a > b ? a - b : 0;
}

/* Sums over all slabs and caches: a slab that comes or goes meanwhile may be missed. */
unsigned hak_stats_get_classes(struct hakmem_class_stats classes[HAK_N_CLASSES])
{
	memset(classes, 0, HAK_N_CLASSES * sizeof *classes);
	for (const struct hak_slab *s = hak_group_first_slab_any(); s != NULL; s = s->next)
		if (hak_load_relaxed(&s->owner) != &hak_heap_none)
			add_slab(s, &classes[hak_load_relaxed(&s->span.sc)]);
	for (const struct hak_cache *c = hak_thread_first_cache(); c != NULL; c = hak_load_acquire(&c->next))
		for (unsigned sc = 0; sc < HAK_N_CLASSES; sc++)
			classes[sc].n_cached += hak_cache_count_any(c, sc);
	for (unsigned sc = 0; sc < HAK_N_CLASSES; sc++) {
		classes[sc].size = hak_class_size(sc);
		classes[sc].n_live = minus(classes[sc].n_live, classes[sc].n_in_flight + classes[sc].n_cached); /* B1 */
	}
	return HAK_N_CLASSES;
}

static struct hak_pins pins_of(const struct hak_slab *s, const struct hak_slab_view *v)
{
	return (struct hak_pins){ .bits = s->bits, .live = s->live, .n_blocks = (unsigned)v->n_blocks, .size = v->size,
		.page = hak_os_page_size() };
}

void hak_stats_get_pinned(struct hakmem_class_stats classes[HAK_N_CLASSES], unsigned from, unsigned end)
{
	for (const struct hak_slab *s = hak_group_first_slab_any(); s != NULL; s = s->next) {
		struct hak_slab_view v = hak_slab_view_any(s);
		struct hak_pins pins = pins_of(s, &v);

		if (v.sc >= from && v.sc < end && hak_load_relaxed(&s->owner) != &hak_heap_none && hak_load_relaxed(&s->n_free) > 0)
			classes[v.sc].pinned += hak_pins_in_slab(&pins);
	}
}

double hak_stats_pinned_by(const void *p)
{
	const struct hak_span *span = hak_registry_find(p);
	struct hak_slab_view v;
	struct hak_pins pins;
	size_t idx;

	if (span == NULL || hak_load_relaxed(&span->kind) != HAK_KIND_SLAB)
		return 0;
	v = hak_slab_view_any((const struct hak_slab *)span);
	pins = pins_of((const struct hak_slab *)span, &v);
	idx = hak_slab_view_idx(&v, p);
	return idx < v.n_blocks ? hak_pins_of_block(&pins, idx) : 0;
}

/* False: in a signal handler whose own thread may hold the locks. */
static bool get_regions(struct hak_superslab_stats *superslabs, struct hak_large_stats *large,
	struct hak_profile_counts *profile)
{
	struct hak_cache *c = hak_thread_enter();
	bool is_nested = hak_thread_is_nested();

	if (!is_nested) {
		hak_superslab_stats_get(superslabs);
		hak_large_stats_get(large);
		hak_profile_counts_get(profile);
	}
	hak_thread_leave(c);
	return !is_nested;
}

static void HAK_COLD sum_up(const struct hakmem_class_stats classes[HAK_N_CLASSES], struct hakmem_stats *stats)
{
	struct hak_superslab_stats superslabs;
	struct hak_large_stats large;
	struct hak_thread_stats threads;
	struct hak_limit_stats limit;
	struct hak_profile_counts profile;

	memset(stats, 0, sizeof *stats);
	for (unsigned sc = 0; sc < HAK_N_CLASSES; sc++) {
		stats->allocated += classes[sc].n_live * classes[sc].size;
		stats->cached += classes[sc].n_cached * classes[sc].size;
		stats->in_flight += classes[sc].n_in_flight * classes[sc].size;
	}

	if (!get_regions(&superslabs, &large, &profile))
		return;
	stats->allocated += hak_run_bytes() + large.live;
	stats->slab_free = minus(superslabs.used + large.live, stats->allocated + stats->cached + stats->in_flight);
	stats->active = stats->allocated + stats->cached + stats->in_flight + stats->slab_free;
	stats->dirty = superslabs.dirty + large.cached;
	stats->lazy = superslabs.lazy;
	stats->mapped = superslabs.mapped + large.live + large.cached;
	stats->clean = minus(stats->mapped, stats->active + stats->dirty + stats->lazy);
	stats->large = large.live;
	stats->n_large = large.n_live;

	hak_thread_stats_get(&threads);
	stats->n_threads = threads.n_threads;
	stats->n_heaps = hak_heaps_count();
	stats->n_adopted = threads.n_reused;
	for (const struct hak_cache *c = hak_thread_first_cache(); c != NULL; c = hak_load_acquire(&c->next)) {
		stats->n_refills += hak_load_relaxed(&c->n_refills);
		stats->n_flushes += hak_load_relaxed(&c->n_flushes);
		stats->n_remote += hak_load_relaxed(&c->n_remote);
		stats->n_misses += hak_load_relaxed(&c->n_misses);
	}
	stats->n_run_takes = hak_load_relaxed(&hak_run_n_takes);
	stats->n_large_takes = hak_load_relaxed(&hak_large_n_takes);
	stats->n_kept_takes = hak_load_relaxed(&hak_large_n_kept_takes);
	stats->n_map_calls = hak_load_relaxed(&hak_os_counts.n_map);
	stats->n_purge_calls = hak_load_relaxed(&hak_os_counts.n_purge);
	stats->purged = hak_load_relaxed(&hak_os_counts.purged);
	stats->n_errors = hak_report_count();
	stats->n_mappings = hak_load_relaxed(&hak_os_counts.n_mapped);
	hak_limit_stats_get(&limit);
	stats->held = limit.held;
	stats->limit_soft = limit.soft;
	stats->limit_hard = limit.hard;
	stats->limit_from = limit.from;
	stats->n_refused = limit.n_refused;
	stats->n_pressed = limit.n_pressed;
	stats->n_samples = profile.n_samples;
	stats->n_lost = profile.n_lost;
	stats->peak_active = hak_load_relaxed(&hak_peaks.active);
	stats->peak_held = hak_load_relaxed(&hak_peaks.held);
}

/* Which OS pages are resident only the kernel knows: what a program has not touched yet, holes, what it has swapped out
 * or taken of lazy memory. */
static void ask_kernel(struct hakmem_stats *stats)
{
	struct hak_superslab_resident superslabs;
	struct hak_large_stats large;
	struct hak_cache *c = hak_thread_enter();

	if (hak_thread_is_nested()) {
		hak_thread_leave(c);
		return;
	}
	hak_superslab_resident_get(&superslabs);
	hak_large_resident_get(&large);
	hak_thread_leave(c);
	stats->holes = minus(stats->active, superslabs.used + large.live);
	stats->dirty = superslabs.dirty + large.cached;
	stats->lazy = superslabs.lazy;
	stats->clean = minus(stats->mapped, stats->active + stats->dirty + stats->lazy);
	stats->metadata = hak_meta_resident() + hak_registry_resident();
	stats->resident = stats->active - stats->holes + stats->dirty + stats->lazy + stats->metadata;
	stats->peak_resident = hak_os_peak_resident();
}

/* What takes longer than summing up counters. */
static void look_closely(struct hakmem_class_stats classes[HAK_N_CLASSES], struct hakmem_stats *stats)
{
	hak_stats_get_pinned(classes, 0, HAK_N_CLASSES);
	for (unsigned sc = 0; sc < HAK_N_CLASSES; sc++)
		stats->pinned += classes[sc].pinned;
	ask_kernel(stats);
}

void hak_stats_count(struct hakmem_stats *stats)
{
	struct hakmem_class_stats classes[HAK_N_CLASSES];

	hak_stats_get_classes(classes);
	sum_up(classes, stats);
}

void hak_stats_get(struct hakmem_stats *stats)
{
	struct hakmem_class_stats classes[HAK_N_CLASSES];

	hak_stats_get_classes(classes);
	sum_up(classes, stats);
	look_closely(classes, stats);
}

void hak_stats_fill_counted(struct hak_record *record)
{
	record->n_classes = hak_stats_get_classes(record->class);
	sum_up(record->class, &record->stats);
}

void hak_stats_fill(struct hak_record *record)
{
	hak_stats_fill_counted(record);
	look_closely(record->class, &record->stats);
}
