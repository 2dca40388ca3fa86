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
#include "region/superslab.h"
#include "thread/heap.h"
#include "tiny/cache.h"

/* One class's counters, summed over all heaps. */
struct sums {
	uint64_t taken, given, sent, collected, cached, slabs, blocks;
};

static void sum_class(unsigned sc, struct sums *sums)
{
	memset(sums, 0, sizeof *sums);
	for (struct hak_heap *h = hak_thread_first_heap(); h != NULL; h = hak_load_acquire(&h->next)) {
		const struct hak_bin *bin = &h->bin[sc];

		sums->taken += hak_load_relaxed(&bin->n_taken);
		sums->given += hak_load_relaxed(&bin->n_given);
		sums->sent += hak_load_relaxed(&bin->n_sent);
		sums->collected += hak_load_relaxed(&bin->n_collected);
		sums->slabs += (uint64_t)hak_load_relaxed(&bin->n_slabs);
		sums->blocks += (uint64_t)hak_load_relaxed(&bin->n_blocks);
		sums->cached += hak_cache_count_any(h, sc);
	}
}

/* A difference of counters read at different times; never below zero. */
static uint64_t minus(uint64_t a, uint64_t b)
{
	return a > b ? a - b : 0;
}

bool hak_stats_get_class(unsigned sc, struct hakmem_class_stats *stats)
{
	struct sums sums;

	if (sc >= HAK_N_CLASSES)
		return false;
	sum_class(sc, &sums);
	stats->size = hak_class_size(sc);
	stats->n_cached = sums.cached;
	stats->n_live = minus(sums.taken, sums.given + sums.sent + sums.cached); /* H3 */
	stats->n_in_flight = minus(sums.sent, sums.collected);
	stats->n_free = minus(sums.blocks, minus(sums.taken, sums.given + sums.collected));
	stats->n_slabs = sums.slabs;
	return true;
}

void hak_stats_count(struct hakmem_stats *stats)
{
	struct hak_superslab_stats superslabs;
	struct hak_large_stats large;
	struct hak_thread_stats threads;
	struct hak_limit_stats limit;
	struct hakmem_class_stats class;

	memset(stats, 0, sizeof *stats);
	for (unsigned sc = 0; hak_stats_get_class(sc, &class); sc++) {
		stats->allocated += class.n_live * class.size;
		stats->cached += class.n_cached * class.size;
		stats->in_flight += class.n_in_flight * class.size;
	}

	hak_superslab_stats_get(&superslabs);
	hak_large_stats_get(&large);
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
	stats->n_heaps = threads.n_heaps;
	stats->n_adopted = threads.n_adopted;
	for (struct hak_heap *h = hak_thread_first_heap(); h != NULL; h = hak_load_acquire(&h->next)) {
		stats->n_refills += hak_load_relaxed(&h->n_refills);
		stats->n_flushes += hak_load_relaxed(&h->n_flushes);
		for (unsigned sc = 0; sc < HAK_N_CLASSES; sc++)
			stats->n_remote += hak_load_relaxed(&h->bin[sc].n_sent);
	}
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
}

/* Which OS pages are resident only the kernel knows: what a program has not touched yet, holes, what it has swapped out
 * or taken of lazy memory. */
void hak_stats_get(struct hakmem_stats *stats)
{
	struct hak_superslab_resident superslabs;
	struct hak_large_stats large;

	hak_stats_count(stats);
	hak_superslab_resident_get(&superslabs);
	hak_large_resident_get(&large);
	stats->holes = minus(stats->active, superslabs.used + large.live);
	stats->dirty = superslabs.dirty + large.cached;
	stats->lazy = superslabs.lazy;
	stats->clean = minus(stats->mapped, stats->active + stats->dirty + stats->lazy);
	stats->metadata = hak_meta_resident() + hak_registry_resident();
	stats->resident = stats->active - stats->holes + stats->dirty + stats->lazy + stats->metadata;
}
