/* SPDX-License-Identifier: MIT */
#include "large/large.h"

#include <string.h>

#include "base/atomic.h"
#include "base/bits.h"
#include "base/list.h"
#include "os/clock.h"
#include "os/lock.h"
#include "os/page.h"
#include "region/huge.h"
#include "region/limit.h"
#include "region/meta.h"
#include "region/superslab.h"

struct large {
	struct hak_span span;
	size_t mapped;         /* own: bytes of the mapping, at least span.size */
	uint64_t origin;       /* own: G2 */
	struct hak_link link;  /* lk:LARGE: in live, if of this era */
	uint32_t era;          /* const */
};

struct kept {
	char *base;            /* NULL: an unused slot */
	size_t size;
	uint64_t origin;
	uint64_t since;        /* ms */
	bool is_clean;
};

static struct hak_lock lock = HAK_LOCK(HAK_RANK_LARGE);
static struct hak_link live = { &live, &live };        /* lk:LARGE */
static struct kept kept[HAK_LARGE_CACHE_SLOTS];        /* lk:LARGE */
static uint32_t era;                                   /* lk:LARGE: a fork in the middle of a change ends it */
static uint64_t n_kept_bytes;                          /* lk:LARGE */
static uint64_t n_live, n_live_bytes;                  /* lk:LARGE */
static uint64_t n_origins;                             /* any */

static void take_lock(void)
{
	if (!hak_lock_take(&lock)) {
		hak_list_init(&live);
		memset(kept, 0, sizeof kept);
		n_kept_bytes = 0;
		era++;
	}
}

static struct large *of_span(struct hak_span *span)
{
	return (struct large *)span;
}

static uint64_t new_origin(void)
{
	return hak_add_relaxed(&n_origins, 1);
}

static void unkeep_locked(struct kept *k, struct kept *out)
{
	HAK_NOTE_WRITE(k, sizeof *k);
	*out = *k;
	n_kept_bytes -= k->size;
	k->base = NULL;
}

/* Takes the first size bytes of k, and the rest too where that is less than a slice (G1). */
static void cut_locked(struct kept *k, size_t size, struct kept *out)
{
	size_t rest = k->size - size;

	unkeep_locked(k, out);
	if (rest < HAK_SLICE_SIZE)
		return;
	out->size = size;
	*k = *out;
	k->base += size;
	k->size = rest;
	n_kept_bytes += rest;
	hak_os_count_mappings(1);
}

/* The smallest kept mapping that fits. */
static struct kept *find_fit_locked(size_t size, size_t align)
{
	struct kept *best = NULL;

	for (struct kept *k = kept; k < kept + HAK_LARGE_CACHE_SLOTS; k++)
		if (k->base != NULL && k->size >= size && ((uintptr_t)k->base & (align - 1)) == 0 &&
			(best == NULL || k->size < best->size))
			best = k;
	return best;
}

/* The largest kept mapping, if it is worth moving its pages to have some of size bytes. */
static struct kept *find_part_locked(size_t size)
{
	struct kept *best = NULL;

	for (struct kept *k = kept; k < kept + HAK_LARGE_CACHE_SLOTS; k++)
		if (k->base != NULL && !k->is_clean && k->size < size && k->size >= size / 4 &&
			(best == NULL || k->size > best->size))
			best = k;
	return best;
}

/* A kept mapping of size bytes, or one that is smaller and can grow. */
static bool take_kept(size_t size, size_t align, struct kept *out)
{
	struct kept *k;

	take_lock();
	k = find_fit_locked(size, align);
	if (k != NULL) {
		cut_locked(k, size, out);
	} else {
		k = find_part_locked(size);
		if (k != NULL)
			unkeep_locked(k, out);
	}
	hak_lock_give(&lock);
	return k != NULL;
}

/* What is kept right behind a block, of the same mapping, if that is enough for it to have size bytes. Returns bytes. */
static size_t take_next(const struct large *l, size_t size)
{
	const char *end = l->span.base + l->mapped;
	size_t wanted = size - l->mapped;
	struct kept next = { .size = 0 };

	take_lock();
	for (struct kept *k = kept; k < kept + HAK_LARGE_CACHE_SLOTS; k++) {
		if (k->base != end || k->origin != l->origin)
			continue;
		if (k->size >= wanted) {
			cut_locked(k, wanted, &next);
			hak_os_count_mappings(-1);
		}
		break;
	}
	hak_lock_give(&lock);
	return next.size;
}

/* Unmaps, or, where the kernel is out of mappings, at least gives the pages back and keeps the rest for reuse. */
static void drop_mapping(struct kept k)
{
	if (hak_os_unmap(k.base, k.size)) {
		hak_limit_give(k.size);
		return;
	}
	k.since = hak_os_now();
	k.is_clean = hak_os_purge(k.base, k.size);
	take_lock();
	for (struct kept *slot = kept; slot < kept + HAK_LARGE_CACHE_SLOTS; slot++) {
		if (slot->base == NULL) {
			*slot = k;
			n_kept_bytes += k.size;
			break;
		}
	}
	hak_lock_give(&lock);
}

/* Puts the kept mappings on both sides of k, of the same origin, into it; it is as old as the largest of them. */
static void join_locked(struct kept *k)
{
	size_t largest = k->size;

	for (struct kept *other = kept; other < kept + HAK_LARGE_CACHE_SLOTS; other++) {
		struct kept part;

		if (other->base == NULL || other->origin != k->origin ||
			(other->base + other->size != k->base && k->base + k->size != other->base))
			continue;
		unkeep_locked(other, &part);
		if (part.base < k->base)
			k->base = part.base;
		k->size += part.size;
		k->is_clean = k->is_clean && part.is_clean;
		if (part.size > largest) {
			largest = part.size;
			k->since = part.since;
		}
		hak_os_count_mappings(-1);
	}
}

/* Keeps a freed mapping, in place of the oldest ones if need be. */
static void keep_mapping(struct kept k)
{
	struct kept old[HAK_LARGE_CACHE_SLOTS];
	struct kept *slot = NULL;
	unsigned n_old = 0;

	if (k.size > HAK_LARGE_CACHE_BYTES / 2) {
		drop_mapping(k);
		return;
	}
	k.since = hak_os_now();
	take_lock();
	join_locked(&k);
	for (;;) {
		struct kept *oldest = NULL;

		slot = NULL;
		for (struct kept *other = kept; other < kept + HAK_LARGE_CACHE_SLOTS; other++) {
			if (other->base == NULL)
				slot = other;
			else if (oldest == NULL || other->since < oldest->since)
				oldest = other;
		}
		if (oldest == NULL || (slot != NULL && n_kept_bytes + k.size <= HAK_LARGE_CACHE_BYTES))
			break;
		unkeep_locked(oldest, &old[n_old++]);
	}
	HAK_NOTE_WRITE(slot, sizeof *slot);
	*slot = k;
	n_kept_bytes += k.size;
	hak_lock_give(&lock);
	while (n_old > 0)
		drop_mapping(old[--n_old]);
}

/* The lines of the list that a change at l writes to. */
static void note_neighbours(struct large *l)
{
	HAK_NOTE_WRITE(&live, sizeof live);
	HAK_NOTE_WRITE(&l->link, sizeof l->link);
	(void)l;
}

static void list_live(struct large *l)
{
	take_lock();
	note_neighbours(l);
	l->era = era;
	hak_list_put_first(&live, &l->link);
	n_live++;
	n_live_bytes += l->mapped;
	hak_lock_give(&lock);
}

static void unlist_live(struct large *l)
{
	take_lock();
	if (l->era == era) {
		note_neighbours(l);
		hak_list_remove(&l->link);
	}
	n_live--;
	n_live_bytes -= l->mapped;
	hak_lock_give(&lock);
}

/* Bytes to map for size, or 0 where that is more than there are addresses. */
static size_t mapping_size(size_t size)
{
	size_t rounded = hak_round_up(size, hak_os_page_size());

	if (rounded < size || rounded >> (HAK_ADDRESS_BITS - 1) != 0)
		return 0;
	return rounded < HAK_SLICE_SIZE ? HAK_SLICE_SIZE : rounded; /* G1 */
}

/* Counts size bytes more as held, if need be in place of what is free. False: the limit. */
static bool charge(size_t size)
{
	if (HAK_LIKELY(hak_limit_take(size)))
		return true;
	hak_large_purge(0);
	hak_superslab_purge(true);
	return hak_limit_take(size);
}

/* A new mapping, with room in the registry; NULL: no memory. */
static char *map_new(size_t size, size_t align)
{
	char *base = hak_os_map(size, align, "hakmem: large");

	if (base != NULL && !hak_registry_reserve(base, 1)) {
		hak_os_unmap(base, size);
		base = NULL;
	}
	return base;
}

static bool take_new(size_t size, size_t align, struct kept *out)
{
	if (!charge(size))
		return false;
	*out = (struct kept){ .base = map_new(size, align), .size = size, .origin = new_origin(), .is_clean = true };
	if (out->base == NULL) {
		hak_limit_give(size);
		return false;
	}
	hak_huge_advise_large(out->base, size);
	return true;
}

/* Gives a mapping a new size, with its pages: in place, or at another address that is a multiple of align, where it may
 * grow. span: what is registered for it, or NULL; if it moves, it is not registered any more. NULL: nothing has changed. */
static char *remap(char *base, size_t old_size, size_t size, size_t align, struct hak_span *span)
{
	char *to;

	if (((uintptr_t)base & (align - 1)) == 0 && hak_os_remap(base, old_size, base, size))
		return base;
	/* The new place is mapped and has room in the registry first, so that nothing can fail once the pages have moved. */
	to = size > old_size ? map_new(size, align) : NULL;
	if (to == NULL)
		return NULL;
	if (span != NULL)
		hak_registry_drop(base, 1);
	if (hak_os_remap(base, old_size, to, size))
		return to;
	if (span != NULL)
		hak_registry_put(base, 1, span);
	hak_os_unmap(to, size);
	return NULL;
}

/* Makes a kept mapping size bytes long. False: it is gone. */
static bool grow(struct kept *k, size_t size, size_t align)
{
	char *to;

	if (charge(size - k->size)) {
		to = remap(k->base, k->size, size, align, NULL);
		if (to != NULL) {
			k->origin = to == k->base ? k->origin : new_origin();
			k->base = to;
			k->size = size;
			return true;
		}
		hak_limit_give(size - k->size);
	}
	drop_mapping(*k);
	return false;
}

static bool take_mapping(size_t size, size_t align, struct kept *out)
{
	if (take_kept(size, align, out)) {
		if (out->size < size)
			return grow(out, size, align) || take_new(size, align, out);
		if (hak_registry_reserve(out->base, 1)) /* a part of a mapping may begin where none began before */
			return true;
		drop_mapping(*out);
	}
	return take_new(size, align, out);
}

void *hak_large_take(size_t size, size_t align, bool *is_clean)
{
	struct kept k;
	struct large *l;

	size = mapping_size(size);
	if (size == 0 || align > HAK_ALIGN_MAX)
		return NULL;
	l = hak_meta_take(sizeof *l);
	if (l == NULL)
		return NULL;
	if (!take_mapping(size, align, &k)) {
		hak_meta_give(l, sizeof *l);
		return NULL;
	}
	l->span = (struct hak_span){ .kind = HAK_KIND_LARGE, .is_clean = k.is_clean, .n_slices = 1, .base = k.base,
		.size = size };
	l->mapped = k.size;
	l->origin = k.origin;
	list_live(l);
	hak_registry_put(k.base, 1, &l->span);
	*is_clean = k.is_clean;
	return k.base;
}

bool hak_large_give(struct hak_span *span)
{
	struct large *l = of_span(span);
	struct kept k = { .base = span->base, .size = l->mapped, .origin = l->origin };

	if (!hak_registry_claim(k.base, 1, span))
		return false;
	unlist_live(l);
	hak_meta_give(l, sizeof *l);
	keep_mapping(k);
	return true;
}

static void set_place(struct large *l, char *base, size_t size)
{
	take_lock();
	n_live_bytes += (uint64_t)size - l->mapped;
	l->span.base = base;
	l->span.size = size;
	l->mapped = size;
	hak_lock_give(&lock);
}

static void *resize(struct large *l, size_t size)
{
	struct hak_span *span = &l->span;
	char *base = span->base;
	char *to = remap(base, l->mapped, size, hak_os_page_size(), span);

	if (to == NULL)
		return NULL;
	if (to != base)
		l->origin = new_origin();
	set_place(l, to, size);
	if (to != base)
		hak_registry_put(to, 1, span);
	return to;
}

void *hak_large_resize(struct hak_span *span, size_t size)
{
	struct large *l = of_span(span);
	size_t old_size = l->mapped;
	size_t n_next;
	void *p;

	size = mapping_size(size);
	if (size == 0)
		return NULL;
	if (size == old_size) {
		set_place(l, span->base, size);
		return span->base;
	}
	n_next = size > old_size ? take_next(l, size) : 0;
	if (n_next > 0) {
		set_place(l, span->base, old_size + n_next);
		return span->base;
	}
	if (size > old_size && !charge(size - old_size))
		return NULL;
	p = resize(l, size);
	if (p == NULL && size > old_size)
		hak_limit_give(size - old_size);
	else if (p != NULL && size < old_size)
		hak_limit_give(old_size - size);
	return p;
}

size_t hak_large_purge(uint64_t delay)
{
	uint64_t now = hak_os_now();
	size_t n_bytes = 0;

	for (unsigned i = 0; i < HAK_LARGE_CACHE_SLOTS; i++) {
		struct kept old = { .base = NULL };

		take_lock();
		if (kept[i].base != NULL && kept[i].since + delay <= now)
			unkeep_locked(&kept[i], &old);
		hak_lock_give(&lock);
		if (old.base == NULL)
			continue;
		n_bytes += old.is_clean ? 0 : old.size;
		drop_mapping(old);
	}
	return n_bytes;
}

bool hak_large_contains(const void *p)
{
	bool is_ours = false;

	take_lock();
	for (struct hak_link *k = live.next; k != &live && !is_ours; k = k->next) {
		const struct hak_span *span = &HAK_MEMBER(k, struct large, link)->span;

		is_ours = (const char *)p >= span->base && (size_t)((const char *)p - span->base) < span->size;
	}
	hak_lock_give(&lock);
	return is_ours;
}

static struct hak_lock walk_lock = HAK_LOCK(HAK_RANK_WALK);
static struct large walker; /* lk:WALK: stands in live, with size 0, where a walk goes on */
static bool is_walking;     /* lk:LARGE */

/* Moves the walker on by up to n blocks, which go to out. Returns how many. */
static unsigned walk(struct kept *out, unsigned n)
{
	struct hak_link *l = &live;
	unsigned i = 0;

	take_lock();
	if (is_walking && walker.era == era) {
		l = &walker.link;
		l = l->prev;
		hak_list_remove(&walker.link);
	}
	for (; i < n && l->next != &live; i++) {
		l = l->next;
		out[i].base = HAK_MEMBER(l, struct large, link)->span.base;
		out[i].size = HAK_MEMBER(l, struct large, link)->mapped;
	}
	is_walking = i > 0;
	if (is_walking) {
		walker.era = era;
		hak_list_put_first(l, &walker.link);
	}
	hak_lock_give(&lock);
	return i;
}

static uint64_t count_resident(const struct kept *blocks, unsigned n)
{
	uint64_t n_bytes = 0;

	for (unsigned i = 0; i < n; i++)
		if (blocks[i].base != NULL)
			n_bytes += hak_os_resident(blocks[i].base, blocks[i].size);
	return n_bytes;
}

void hak_large_resident_get(struct hak_large_stats *resident)
{
	struct kept copy[HAK_LARGE_CACHE_SLOTS];
	bool is_sound = hak_lock_take(&walk_lock);
	unsigned n;

	if (!is_sound) { /* a walk that a fork has interrupted: its walker may stand there still */
		take_lock();
		if (is_walking && walker.era == era)
			hak_list_remove(&walker.link);
		is_walking = false;
		hak_lock_give(&lock);
	}
	*resident = (struct hak_large_stats){ .live = 0 };
	while ((n = walk(copy, HAK_LARGE_CACHE_SLOTS)) > 0)
		resident->live += count_resident(copy, n);
	take_lock();
	memcpy(copy, kept, sizeof copy);
	hak_lock_give(&lock);
	resident->cached = count_resident(copy, HAK_LARGE_CACHE_SLOTS);
	hak_lock_give(&walk_lock);
}

void hak_large_stats_get(struct hak_large_stats *stats)
{
	take_lock();
	stats->n_live = n_live;
	stats->live = n_live_bytes;
	stats->cached = n_kept_bytes;
	hak_lock_give(&lock);
}
