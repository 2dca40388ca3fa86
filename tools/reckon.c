/* SPDX-License-Identifier: MIT */
#ifndef _GNU_SOURCE
#define _GNU_SOURCE 1
#endif
#include "reckon.h"

#include <string.h>
#include <time.h>
#include <unistd.h>

#include "watch/pins.h"

#define N_MOST 100000000U /* of a list, which nobody has stopped from changing: more is nonsense */

static uint64_t at(const struct target *t, enum hak_inside_object object)
{
	return t->object[object];
}

static uint64_t minus(uint64_t a, uint64_t b)
{
	return a > b ? a - b : 0;
}

static void add_slab(struct target *t, uint64_t slab, struct hakmem_class_stats *classes)
{
	const struct hak_inside *in = &t->inside;
	struct hakmem_class_stats *class;
	uint64_t remote[1 << 10], bits[1 << 10], held[1 << 10] = { 0 }, aside = target_word(t, slab + in->slab_aside);
	static uint8_t live[1 << 16];
	uint16_t n_blocks, n_words;
	uint8_t sc;
	uint32_t n_free = target_u32(t, slab + in->slab_n_free);

	target_read(t, slab + in->span_class, &sc, sizeof sc);
	target_read(t, slab + in->slab_n_blocks, &n_blocks, sizeof n_blocks);
	target_read(t, slab + in->slab_n_words, &n_words, sizeof n_words);
	if (sc >= HAK_N_CLASSES || n_words > sizeof remote / sizeof *remote)
		return;
	class = &classes[sc];
	class->size = target_word(t, slab + in->span_size);
	class->n_slabs++;
	class->n_live += minus(n_blocks, n_free);
	class->n_free += n_free;
	if (aside != 0)
		target_read(t, aside + in->aside_held, held, n_words * sizeof *held);
	if (target_read(t, target_word(t, slab + in->slab_remote), remote, n_words * sizeof *remote))
		for (unsigned w = 0; w < n_words; w++)
			class->n_in_flight += (unsigned)__builtin_popcountll(remote[w] | held[w]);
	if (n_free > 0 && n_blocks <= n_words * 64U && class->size > 0 &&
		target_read(t, target_word(t, slab + in->slab_bits), bits, n_words * sizeof *bits) &&
		target_read(t, target_word(t, slab + in->slab_live), live, n_blocks))
		class->pinned += hak_pins_in_slab(&(struct hak_pins){ .bits = bits, .live = live, .n_blocks = n_blocks,
			.size = class->size, .page = (size_t)sysconf(_SC_PAGESIZE) });
}

static void add_slabs(struct target *t, struct hakmem_class_stats *classes)
{
	uint64_t slab = target_word(t, at(t, HAK_AT_hak_group_slabs));
	unsigned n = 0;

	for (; slab != 0 && n++ < N_MOST; slab = target_word(t, slab + t->inside.slab_next))
		if (target_word(t, slab + t->inside.slab_owner) != at(t, HAK_AT_hak_heap_none))
			add_slab(t, slab, classes);
}

static void add_caches(struct target *t, struct hakmem_class_stats *classes, struct hakmem_stats *s)
{
	const struct hak_inside *in = &t->inside;
	uint64_t cache = at(t, HAK_AT_hak_cache_none);
	uintptr_t top[HAK_N_CLASSES], array[HAK_N_CLASSES];
	unsigned n = 0;

	for (; cache != 0 && n++ < N_MOST; cache = target_word(t, cache + in->cache_next)) {
		target_read(t, cache + in->cache_top, top, sizeof top);
		target_read(t, cache + in->cache_array, array, sizeof array);
		for (unsigned sc = 0; sc < HAK_N_CLASSES; sc++)
			if (top[sc] > array[sc] && (top[sc] - array[sc]) / in->cache_slot <= in->cache_most)
				classes[sc].n_cached += (top[sc] - array[sc]) / in->cache_slot;
		s->n_refills += target_u64(t, cache + in->cache_n_refills);
		s->n_flushes += target_u64(t, cache + in->cache_n_flushes);
		s->n_remote += target_u64(t, cache + in->cache_n_remote);
		s->n_misses += target_u64(t, cache + in->cache_n_misses);
	}
}

static bool bit_of(const uint64_t *bits, unsigned i)
{
	return (bits[i / 64] >> i % 64 & 1) != 0;
}

struct resident {
	uint64_t used, dirty, lazy;
};

/* By slices of one kind in a row. */
static void add_superslab(struct target *t, uint64_t superslab, struct resident *r)
{
	const struct hak_inside *in = &t->inside;
	uint64_t used[256], dirty[256], lazy[256], base = target_word(t, superslab + in->superslab_base);
	uint32_t n = target_u32(t, superslab + in->superslab_n_slices);
	size_t size = in->superslab_words * sizeof *used;

	if (size > sizeof used || n > in->superslab_words * 64 || !target_read(t, superslab + in->superslab_used, used, size) ||
		!target_read(t, superslab + in->superslab_dirty, dirty, size) ||
		!target_read(t, superslab + in->superslab_lazy, lazy, size))
		return;
	for (unsigned i = 0, end; i < n; i = end) {
		bool is_used = bit_of(used, i), is_lazy = bit_of(lazy, i);
		uint64_t bytes;

		for (end = i + 1; end < n && bit_of(used, end) == is_used && bit_of(lazy, end) == is_lazy; end++)
			;
		bytes = target_resident(t, base + ((uint64_t)i << in->slice_shift), (uint64_t)(end - i) << in->slice_shift);
		*(is_used ? &r->used : is_lazy ? &r->lazy : &r->dirty) += bytes;
	}
}

static void add_superslabs(struct target *t, struct resident *r)
{
	uint64_t superslab = target_word(t, at(t, HAK_AT_hak_superslabs) + t->inside.superslabs_all);
	unsigned n = 0;

	for (; superslab != 0 && n++ < N_MOST; superslab = target_word(t, superslab + t->inside.superslab_next))
		add_superslab(t, superslab, r);
}

static void add_large(struct target *t, struct resident *r)
{
	const struct hak_inside *in = &t->inside;
	uint64_t large = target_word(t, at(t, HAK_AT_hak_large_all));
	unsigned n = 0;

	for (; large != 0 && n++ < N_MOST; large = target_word(t, large + in->large_next)) {
		uint64_t size = target_word(t, large + in->large_mapped);

		if (size > 0)
			r->used += target_resident(t, target_word(t, large + in->span_base), size);
	}
}

/* Returns the bytes of what is kept; adds what of it is resident. */
static uint64_t add_kept(struct target *t, struct resident *r)
{
	const struct hak_inside *in = &t->inside;
	uint64_t n_bytes = 0;

	for (unsigned i = 0; i < in->kept_slots; i++) {
		uint64_t slot = at(t, HAK_AT_hak_kept_slots) + (uint64_t)i * in->kept_stride;
		uint64_t base = target_word(t, slot + in->kept_base), size = target_word(t, slot + in->kept_size);

		if (base == 0)
			continue;
		n_bytes += size;
		r->dirty += target_resident(t, base, size);
	}
	return n_bytes;
}

static uint64_t sum_metadata(struct target *t)
{
	const struct hak_inside *in = &t->inside;
	uint64_t range = target_word(t, at(t, HAK_AT_hak_meta_ranges)), n_bytes;
	unsigned n = 0;

	n_bytes = target_resident(t, at(t, HAK_AT_hak_registry_front), in->front_size) +
		target_resident(t, at(t, HAK_AT_hak_registry_root), in->root_size);
	for (; range != 0 && n++ < N_MOST; range = target_word(t, range + in->range_next))
		n_bytes += target_resident(t, target_word(t, range + in->range_base), target_word(t, range + in->range_size));
	return n_bytes;
}

static void read_counters(struct target *t, struct hakmem_stats *s)
{
	const struct hak_inside *in = &t->inside;
	uint64_t os = at(t, HAK_AT_hak_os_counts), limit = at(t, HAK_AT_hak_limit_sums), peaks = at(t, HAK_AT_hak_peaks);

	s->n_large = target_u64(t, at(t, HAK_AT_hak_large_n_live));
	s->large = target_u64(t, peaks + in->peak_large);
	s->n_threads = target_u64(t, at(t, HAK_AT_hak_thread_sums) + in->thread_n_threads);
	s->n_adopted = target_u64(t, at(t, HAK_AT_hak_thread_sums) + in->thread_n_reused);
	s->n_heaps = target_u32(t, at(t, HAK_AT_hak_heaps_n));
	s->n_map_calls = target_u64(t, os + in->os_n_map);
	s->n_purge_calls = target_u64(t, os + in->os_n_purge);
	s->purged = target_u64(t, os + in->os_purged);
	s->n_mappings = target_u64(t, os + in->os_n_mapped);
	s->n_run_takes = target_u64(t, at(t, HAK_AT_hak_run_n_takes));
	s->n_large_takes = target_u64(t, at(t, HAK_AT_hak_large_n_takes));
	s->n_kept_takes = target_u64(t, at(t, HAK_AT_hak_large_n_kept_takes));
	s->n_errors = target_u64(t, at(t, HAK_AT_hak_report_n));
	s->held = target_u64(t, limit + in->limit_held);
	s->limit_soft = target_u64(t, limit + in->limit_soft);
	s->limit_hard = target_u64(t, limit + in->limit_hard);
	s->limit_from = target_u64(t, limit + in->limit_from);
	s->n_refused = target_u64(t, limit + in->limit_n_refused);
	s->n_pressed = target_u64(t, limit + in->limit_n_pressed);
	s->n_samples = target_u64(t, at(t, HAK_AT_hak_profile_sums) + in->profile_n_samples);
	s->n_lost = target_u64(t, at(t, HAK_AT_hak_profile_sums) + in->profile_n_lost);
	s->peak_active = target_u64(t, peaks + in->peak_active);
	s->peak_held = target_u64(t, peaks + in->peak_held);
	if (target_status(t->pid, "VmHWM", &s->peak_resident))
		s->peak_resident <<= 10;
}

static void sum_up(struct target *t, const struct hakmem_class_stats *classes, struct hakmem_stats *s)
{
	const struct hak_inside *in = &t->inside;
	uint64_t all = at(t, HAK_AT_hak_superslabs), kept, used;
	struct resident r = { 0, 0, 0 };

	for (unsigned sc = 0; sc < HAK_N_CLASSES; sc++) {
		s->allocated += classes[sc].n_live * classes[sc].size;
		s->cached += classes[sc].n_cached * classes[sc].size;
		s->in_flight += classes[sc].n_in_flight * classes[sc].size;
		s->pinned += classes[sc].pinned;
	}
	add_superslabs(t, &r);
	add_large(t, &r);
	kept = add_kept(t, &r);
	used = (target_u64(t, all + in->superslabs_n_used) << in->slice_shift) + s->large;
	s->allocated += target_u64(t, at(t, HAK_AT_hak_run_n_bytes)) + s->large;
	s->slab_free = minus(used, s->allocated + s->cached + s->in_flight);
	s->active = s->allocated + s->cached + s->in_flight + s->slab_free;
	s->mapped = (target_u64(t, all + in->superslabs_n_mapped) << in->slice_shift) + s->large + kept;
	s->holes = minus(s->active, r.used);
	s->dirty = r.dirty;
	s->lazy = r.lazy;
	s->clean = minus(s->mapped, s->active + s->dirty + s->lazy);
	s->metadata = sum_metadata(t);
	s->resident = s->active - s->holes + s->dirty + s->lazy + s->metadata;
}

static void note_origin(const struct target *t, struct hak_record *record)
{
	struct timespec now = { 0, 0 };

	clock_gettime(CLOCK_REALTIME, &now);
	record->time = (uint64_t)now.tv_sec * 1000 + (uint64_t)now.tv_nsec / 1000000;
	record->pid = (uint64_t)t->pid;
	memcpy(record->program, t->name, sizeof record->program);
	memcpy(record->version, t->inside.version, sizeof record->version);
}

bool reckon(struct target *t, struct hak_record *record)
{
	memset(record, 0, sizeof *record);
	target_refresh(t);
	note_origin(t, record);
	record->n_classes = HAK_N_CLASSES;
	add_slabs(t, record->class);
	add_caches(t, record->class, &record->stats);
	for (struct hakmem_class_stats *class = record->class; class < record->class + HAK_N_CLASSES; class++)
		class->n_live = minus(class->n_live, class->n_in_flight + class->n_cached);
	read_counters(t, &record->stats);
	sum_up(t, record->class, &record->stats);
	return !t->is_lost;
}
