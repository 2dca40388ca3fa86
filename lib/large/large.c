/* SPDX-License-Identifier: MIT */
#include "large/large.h"

#include "base/atomic.h"
#include "base/bits.h"
#include "base/check.h"
#include "base/probe.h"
#include "large/block.h"
#include "large/kept.h"
#include "large/spare.h"
#include "os/lock.h"
#include "os/page.h"
#include "region/huge.h"
#include "region/limit.h"
#include "region/meta.h"
#include "region/peak.h"
#include "region/slack.h"
#include "region/superslab.h"

static struct hak_lock lock = HAK_LOCK(HAK_RANK_LARGE);
struct hak_large *hak_large_all;
static struct hak_large *unused;                           /* lk:LARGE: descriptors */
static struct hak_large *late;                             /* any: more of them, from who could not take the lock */
uint64_t hak_large_n_live;
uint64_t hak_large_n_takes;
uint64_t hak_large_n_kept_takes;
static uint64_t n_origins;                             /* any */
static size_t longest;                                 /* any: no mapping was ever longer */

/* What it guards changes by one store: a fork in the middle leaves nothing half done. */
static void take_lock(void)
{
	bool is_sound = hak_lock_take(&lock);

	(void)is_sound;
}

static uint64_t new_origin(void)
{
	return hak_add_relaxed(&n_origins, 1);
}

static struct hak_large *make_descriptor(void *place)
{
	struct hak_large *l = place;
	struct hak_large *head = hak_load_relaxed(&hak_large_all);

	if (l == NULL)
		return NULL;
	do
		l->next = head;
	while (!hak_cas_release(&hak_large_all, &head, l));
	return l;
}

struct hak_large *hak_large_take_descriptor(void)
{
	struct hak_large *l;

	take_lock();
	if (unused == NULL && hak_load_relaxed(&late) != NULL)
		unused = hak_swap_ordered(&late, NULL);
	l = unused;
	if (l != NULL)
		hak_own_set(&unused, l->unused);
	hak_lock_give(&lock);
	return l != NULL ? l : make_descriptor(hak_meta_take(sizeof *l));
}

struct hak_large *hak_large_make_descriptor_alone(void)
{
	return make_descriptor(hak_os_map_guarded(hak_os_page_size(), hak_os_page_size(), "hakmem: meta"));
}

void hak_large_give_descriptor(struct hak_large *l)
{
	take_lock();
	l->unused = unused;
	hak_store_release(&unused, l);
	hak_lock_give(&lock);
}

void hak_large_give_descriptor_late(struct hak_large *l)
{
	struct hak_large *head = hak_load_relaxed(&late);

	do
		l->unused = head;
	while (!hak_cas_release(&late, &head, l));
}

void hak_large_count(struct hak_large *l, size_t mapped, uint64_t origin)
{
	size_t seen = hak_load_relaxed(&longest);

	while (mapped > seen && !hak_cas_release(&longest, &seen, mapped))
		;
	l->origin = origin;
	hak_store_relaxed(&l->mapped, mapped);
	hak_add_relaxed(&hak_large_n_live, 1);
	hak_peak_count_large((int64_t)mapped);
	HAK_PROBE(large, mapped, l->span.base);
}

void hak_large_uncount(struct hak_large *l)
{
	hak_sub_relaxed(&hak_large_n_live, 1);
	hak_peak_count_large(-(int64_t)l->mapped);
	HAK_PROBE(large_free, l->mapped, l->span.base);
	hak_store_relaxed(&l->mapped, 0);
}

/* Bytes to map for size, or 0 where that is more than there are addresses. */
static size_t mapping_size(size_t size)
{
	size_t rounded = hak_round_up(size, hak_os_page_size());

	if (rounded < size || rounded >> (HAK_ADDRESS_BITS - 1) != 0)
		return 0;
	return rounded < HAK_SLICE_SIZE ? HAK_SLICE_SIZE : rounded; /* G1 */
}

bool hak_large_charge(size_t size)
{
	if (HAK_LIKELY(hak_limit_take(size)))
		return true;
	hak_kept_purge(0, SIZE_MAX, SIZE_MAX);
	hak_superslab_purge(HAK_PURGE_ALL, SIZE_MAX);
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

/* So many bytes of fresh memory are about to be used. What is kept makes room for them, if it is too much then. */
static void fetch(size_t size)
{
	size_t n_over;

	hak_slack_note_fresh(size);
	n_over = hak_slack_over(0);
	if (HAK_UNLIKELY(n_over > 0))
		hak_slack_note_purged(hak_kept_purge(0, n_over, SIZE_MAX));
}

static bool take_new(size_t size, size_t align, struct hak_kept *out)
{
	if (!hak_large_charge(size))
		return false;
	*out = (struct hak_kept){ .base = map_new(size, align), .size = size, .origin = new_origin(), .is_clean = true };
	if (out->base == NULL) {
		hak_limit_give(size);
		return false;
	}
	fetch(size);
	hak_huge_advise_large(out->base, size);
	return true;
}

/* The kernel needs less memory and fewer addresses where it chooses the place: what else there is may not be enough. */
static char *remap_anywhere(char *base, size_t old_size, size_t size)
{
	char *to = hak_registry_prepare() ? hak_os_remap_anywhere(base, old_size, size) : NULL;

	HAK_REQUIRE(to == NULL || hak_registry_reserve(to, 1), "no memory to find a block again that has moved");
	return to;
}

/* Gives a mapping, for which nothing is registered, a new size, with its pages: in place, or at another address that is a
 * multiple of align, where it may grow. NULL: nothing has changed. */
static char *remap(char *base, size_t old_size, size_t size, size_t align)
{
	char *to;

	if (((uintptr_t)base & (align - 1)) == 0 && hak_os_remap(base, old_size, base, size))
		return base;
	/* The new place is mapped and has room in the registry first, so that nothing can fail once the pages have moved. */
	to = size > old_size ? map_new(size, align) : NULL;
	if (to == NULL && size > old_size && align <= hak_os_page_size())
		return remap_anywhere(base, old_size, size);
	if (to == NULL || hak_os_remap(base, old_size, to, size))
		return to;
	hak_os_unmap(to, size);
	return NULL;
}

/* Makes a kept mapping size bytes long. False: it is gone. */
static bool grow(struct hak_kept *k, size_t size, size_t align)
{
	char *to;

	if (hak_large_charge(size - k->size)) {
		to = remap(k->base, k->size, size, align);
		if (to != NULL) {
			k->origin = to == k->base ? k->origin : new_origin();
			fetch(size - k->size);
			k->base = to;
			k->size = size;
			return true;
		}
		hak_limit_give(size - k->size);
	}
	hak_kept_drop(*k);
	return false;
}

static bool take_kept(size_t size, size_t align, bool grows, struct hak_kept *out)
{
	if (!hak_kept_take(size, align, grows, out))
		return false;
	if (!hak_registry_reserve(out->base, 1)) { /* a part of a mapping may begin where none began before */
		hak_kept_drop(*out);
		return false;
	}
	return out->size >= size || grow(out, size, align);
}

static bool take_mapping(size_t size, size_t align, bool grows, struct hak_kept *out)
{
	if (!take_kept(size, align, grows, out))
		return take_new(size, align, out);
	hak_add_relaxed(&hak_large_n_kept_takes, 1);
	return true;
}

/* Registers a mapping as a live block. */
static void *put_block(struct hak_large *l, const struct hak_kept *k, size_t size, bool *is_clean)
{
	hak_own_set(&l->span.kind, HAK_KIND_LARGE);
	l->span.is_clean = k->is_clean;
	l->span.sc = 0;
	l->span.n_slices = 1;
	hak_store_relaxed(&l->span.base, k->base); /* hak_large_resident_get() looks at all of them at any time */
	hak_store_relaxed(&l->span.size, size);
	hak_large_count(l, k->size, k->origin);
	hak_add_relaxed(&hak_large_n_takes, 1);
	hak_registry_put(k->base, 1, &l->span);
	*is_clean = k->is_clean;
	return k->base;
}

void *hak_large_take(size_t size, size_t align, bool grows, bool *is_clean)
{
	struct hak_kept k;
	struct hak_large *l;

	size = mapping_size(size);
	if (size == 0 || align > HAK_ALIGN_MAX)
		return NULL;
	l = hak_large_take_descriptor();
	if (l == NULL)
		return NULL;
	if (!take_mapping(size, align, grows, &k)) {
		hak_large_give_descriptor(l);
		return NULL;
	}
	return put_block(l, &k, size, is_clean);
}

void *hak_large_take_alone(size_t size, size_t align, bool *is_clean)
{
	struct hak_kept k = { .size = mapping_size(size), .origin = new_origin(), .is_clean = true };
	struct hak_large *l;

	if (k.size == 0 || align > HAK_ALIGN_MAX || !hak_limit_take(k.size))
		return NULL;
	k.base = map_new(k.size, align);
	l = k.base != NULL ? hak_large_make_descriptor_alone() : NULL;
	if (l != NULL)
		return put_block(l, &k, k.size, is_clean);
	if (k.base != NULL)
		hak_os_unmap(k.base, k.size);
	hak_limit_give(k.size);
	return NULL;
}

bool hak_large_give(struct hak_span *span, void *p)
{
	struct hak_large *l = hak_large_of(span);
	struct hak_kept k = { .base = p };

	if (!hak_registry_claim(p, span, NULL))
		return false;
	k.size = l->mapped;
	k.origin = l->origin;
	hak_large_uncount(l);
	hak_large_give_descriptor(l);
	hak_kept_put(k);
	return true;
}

bool hak_large_give_alone(struct hak_span *span, void *p)
{
	struct hak_large *l = hak_large_of(span);
	size_t size;

	if (!hak_registry_claim(p, span, NULL))
		return false;
	size = l->mapped;
	hak_large_uncount(l);
	hak_large_give_descriptor_late(l);
	/* Where the kernel is out of mappings, the addresses are lost. */
	if (hak_os_unmap(p, size) || hak_os_purge(p, size))
		hak_limit_give(size);
	return true;
}

static void set_place(struct hak_large *l, char *base, size_t size)
{
	hak_peak_count_large((int64_t)size - (int64_t)l->mapped);
	hak_store_relaxed(&l->span.base, base);
	hak_store_relaxed(&l->span.size, size);
	hak_store_relaxed(&l->mapped, size);
}

static void *move(struct hak_large *l, size_t size)
{
	char *base = l->span.base;
	char *to = remap(base, l->mapped, size, hak_os_page_size());

	if (to == NULL)
		return NULL;
	if (to != base)
		l->origin = new_origin();
	set_place(l, to, size);
	return to;
}

/* A block that nobody else can free. */
static void *resize(struct hak_large *l, size_t size)
{
	char *base = l->span.base;
	size_t old_size = l->mapped;
	size_t n_next;
	void *p;

	if (size == old_size) {
		set_place(l, base, size);
		return base;
	}
	n_next = size > old_size ? hak_kept_take_next(base + old_size, l->origin, size - old_size) : 0;
	if (n_next > 0) {
		set_place(l, base, old_size + n_next);
		hak_store_relaxed(&l->span.size, size);
		return base;
	}
	if (size > old_size && !hak_large_charge(size - old_size))
		return NULL;
	p = move(l, size);
	if (p == NULL && size > old_size)
		hak_limit_give(size - old_size);
	else if (p != NULL && size < old_size)
		hak_limit_give(old_size - size);
	else if (p != NULL)
		fetch(size - old_size);
	return p;
}

void *hak_large_resize(struct hak_span *span, void *p, size_t size)
{
	void *to;

	size = mapping_size(size);
	if (size == 0 || !hak_registry_claim(p, span, NULL))
		return NULL;
	to = resize(hak_large_of(span), size);
	hak_registry_put(to != NULL ? to : p, 1, span);
	return to;
}

HAK_COLD struct hak_span *hak_large_find(const void *p)
{
	struct hak_span *span = hak_registry_find_below(p, hak_load_relaxed(&longest));

	return span != NULL && span->kind == HAK_KIND_LARGE &&
		(uintptr_t)p - (uintptr_t)hak_load_relaxed(&span->base) < hak_load_relaxed(&hak_large_of(span)->mapped) ? span : NULL;
}

void hak_large_resident_get(struct hak_large_stats *resident)
{
	*resident = (struct hak_large_stats){ .cached = hak_kept_resident() + hak_spare_bytes() };
	for (const struct hak_large *l = hak_load_acquire(&hak_large_all); l != NULL; l = l->next)
		if (hak_load_relaxed(&l->mapped) > 0)
			resident->live += hak_os_resident(hak_load_relaxed(&l->span.base), hak_load_relaxed(&l->mapped));
}

void hak_large_stats_get(struct hak_large_stats *stats)
{
	stats->n_live = hak_load_relaxed(&hak_large_n_live);
	stats->live = hak_load_relaxed(&hak_peaks.large);
	stats->cached = hak_kept_bytes() + hak_spare_bytes();
}
