/* SPDX-License-Identifier: MIT */
#include "large/guarded.h"

#include <string.h>

#include "base/atomic.h"
#include "base/bits.h"
#include "conf/options.h"
#include "large/block.h"
#include "large/spare.h"
#include "os/clock.h"
#include "os/lock.h"
#include "os/page.h"
#include "region/huge.h"
#include "region/limit.h"
#include "region/pad.h"
#include "region/place.h"

struct range {
	char *base; /* NULL: none */
	size_t size;
};

static struct hak_lock lock = HAK_LOCK(HAK_RANK_LARGE);
static struct range quarantine[HAK_QUARANTINE_SLOTS]; /* lk:LARGE: inaccessible addresses */
static unsigned oldest;                               /* lk:LARGE */
static size_t n_bytes;                                /* lk:LARGE */
static const struct hak_span *checked;                /* any; lk:LARGE to change: whose pattern is being read */

static void take_lock(void)
{
	if (hak_lock_take(&lock))
		return;
	hak_store_relaxed(&checked, NULL);
	n_bytes = 0;
	oldest %= HAK_QUARANTINE_SLOTS;
	for (unsigned i = 0; i < HAK_QUARANTINE_SLOTS; i++)
		n_bytes += quarantine[i].base != NULL ? quarantine[i].size : 0;
}

/* Where a block's OS pages begin. */
static char *pages_of(const struct hak_span *span)
{
	return (char *)hak_round_down((uintptr_t)span->base, hak_os_page_size());
}

static struct range reservation_of(const struct hak_large *l)
{
	size_t before = (l->origin & 1) * hak_os_page_size();

	return (struct range){ pages_of(&l->span) - before, (size_t)l->origin - (l->origin & 1) };
}

static size_t wanted_for(size_t size)
{
	size_t n = size + (hak_does(HAK_HARDEN_PAD) ? hak_pad_least(size) : 0);

	return n > 0 ? n : 1;
}

static void write_pads(struct hak_large *l, size_t size)
{
	char *p = l->span.base, *pages = pages_of(&l->span);

	if (!hak_does(HAK_HARDEN_PAD))
		return;
	hak_pad_write(p, pages, (size_t)(p - pages));
	hak_pad_write(p, p + size, (size_t)(pages + l->mapped - p) - size);
}

/* Is the pattern there around a block of size bytes at p? */
static bool is_whole(const char *p, size_t size, size_t mapped)
{
	const char *pages = (const char *)hak_round_down((uintptr_t)p, hak_os_page_size());

	return hak_pad_is_whole(p, pages, (size_t)(p - pages)) &&
		hak_pad_is_whole(p, p + size, (size_t)(pages + mapped - p) - size);
}

bool hak_guarded_is_whole(struct hak_span *span)
{
	return !hak_does(HAK_HARDEN_PAD) || is_whole(span->base, span->size, hak_large_of(span)->mapped);
}

void hak_guarded_mend(struct hak_span *span)
{
	write_pads(hak_large_of(span), span->size);
}

/* The block, if its pattern has changed. Whoever resizes or frees it takes it out of the registry first, and then waits for the
 * lock; only a signal handler frees it without waiting. */
static const char *HAK_COLD overflown_locked(struct hak_span *span)
{
	const char *p = hak_load_relaxed(&span->base);
	size_t size, mapped;

	/* Acquire: pairs with hak_registry_put(), so that the fields are the block's. */
	if (hak_registry_find(p) != span || !hak_guarded_is(span) || hak_load_relaxed(&span->base) != p)
		return NULL;
	size = hak_load_acquire(&span->size);
	mapped = hak_load_acquire(&hak_large_of(span)->mapped);
	if (mapped < size || hak_registry_find(p) != span || is_whole(p, size, mapped))
		return NULL;
	hak_fence_acquire();
	return hak_registry_find(p) == span ? p : NULL;
}

HAK_COLD size_t hak_guarded_check(const void **found)
{
	size_t n_faults = 0;

	for (struct hak_large *l = hak_load_acquire(&hak_large_all); l != NULL && hak_does(HAK_HARDEN_PAD); l = l->next) {
		const char *p;

		take_lock();
		hak_swap_ordered(&checked, &l->span); /* ordered: pairs with give() */
		p = overflown_locked(&l->span);
		hak_store_relaxed(&checked, NULL);
		hak_lock_give(&lock);
		if (p != NULL) {
			hak_pad_tell(p, ": overflow\n", found);
			n_faults++;
		}
	}
	return n_faults;
}

/* A block that is not registered any more may be being checked. */
static void HAK_NOINLINE wait_for_check(void)
{
	take_lock();
	hak_lock_give(&lock);
}

bool hak_guarded_is(const struct hak_span *span)
{
	return span->kind == HAK_KIND_LARGE && (span->sc & HAK_LIVE) != 0;
}

uint8_t *hak_guarded_kind(struct hak_span *span)
{
	return &span->sc;
}

static void unmap(struct range r)
{
	/* If the kernel has no mappings left, the addresses cannot be used again. */
	hak_os_unmap(r.base, r.size);
}

size_t hak_guarded_trim(void)
{
	size_t n_given = hak_spare_purge(0);

	for (unsigned i = 0; i < HAK_QUARANTINE_SLOTS; i++) {
		struct range gone;

		take_lock();
		gone = quarantine[i];
		n_bytes -= gone.base != NULL ? gone.size : 0;
		hak_store_release(&quarantine[i].base, NULL);
		hak_lock_give(&lock);
		if (gone.base != NULL)
			unmap(gone);
	}
	return n_given;
}

/* Keeps r inaccessible, instead of the oldest ones. */
static void put(struct range r)
{
	struct range gone[HAK_QUARANTINE_SLOTS];
	unsigned n_gone = 0;

	take_lock();
	do {
		struct range *slot = &quarantine[oldest];

		if (slot->base != NULL) {
			n_bytes -= slot->size;
			gone[n_gone++] = *slot;
			hak_store_release(&slot->base, NULL);
		}
		if (n_bytes + r.size > HAK_QUARANTINE_MOST && n_bytes > 0) {
			oldest = (oldest + 1) % HAK_QUARANTINE_SLOTS;
			continue;
		}
		slot->size = r.size;
		hak_store_release(&slot->base, r.base);
		n_bytes += r.size;
		oldest = (oldest + 1) % HAK_QUARANTINE_SLOTS;
		break;
	} while (true);
	hak_lock_give(&lock);
	while (n_gone > 0)
		unmap(gone[--n_gone]);
}

/* Addresses for a block, as they are reserved. */
struct plan {
	size_t size, before; /* bytes of all, and of those before the block's OS pages */
	bool is_guarded;
};

static struct plan plan_for(size_t mapped)
{
	bool is_guarded = hak_does(HAK_HARDEN_GUARD) && hak_os_can_split();
	size_t before = is_guarded ? hak_os_page_size() : 0;

	return (struct plan){ before + (mapped + before < HAK_SLICE_SIZE ? HAK_SLICE_SIZE : mapped + before), before, is_guarded }; /* G1 */
}

/* Returns where the block's OS pages go, if base is not NULL and all else succeeds. */
static char *begin(char *base, struct plan plan, uint64_t *origin)
{
	if (base == NULL)
		return NULL;
	if (!hak_registry_reserve(base + plan.before, 1)) {
		hak_os_unmap(base, plan.size);
		return NULL;
	}
	hak_os_count_mappings(plan.is_guarded ? 2 : 0);
	*origin = plan.size + plan.is_guarded;
	return base + plan.before;
}

/* A reservation for `mapped` bytes of memory. NULL: no addresses. */
static char *reserve(size_t mapped, uint64_t *origin)
{
	struct plan plan = plan_for(mapped);

	return begin(hak_os_reserve(hak_place_draw(plan.size), plan.size, plan.before, hak_os_page_size()), plan, origin);
}

static void uncount_guards(uint64_t origin)
{
	hak_os_count_mappings((origin & 1) != 0 ? -2 : 0);
}

bool hak_guarded_unreserve(char *pages, uint64_t origin)
{
	uncount_guards(origin);
	return hak_os_unmap(pages - (origin & 1) * hak_os_page_size(), (size_t)origin - (origin & 1));
}

/* With its memory: mapped first, then closed around it, so that RLIMIT_DATA holds. */
static char *map(size_t mapped, size_t align, uint64_t *origin)
{
	struct plan plan = plan_for(mapped);
	size_t page = hak_os_page_size(), after = plan.size - plan.before - mapped;
	char *base = hak_os_map_near(hak_place_draw(plan.size), plan.size, plan.before, align > page ? align : page, "hakmem: large");

	if (base != NULL && plan.is_guarded &&
		!(hak_os_close(base, plan.before) && hak_os_close(base + plan.size - after, after))) {
		hak_os_unmap(base, plan.size);
		return NULL;
	}
	if (base != NULL)
		hak_huge_advise_large(base + plan.before, mapped);
	return begin(base, plan, origin);
}

static void *put_block(struct hak_large *l, char *p, size_t size, size_t mapped, uint64_t origin)
{
	hak_own_set(&l->span.kind, HAK_KIND_LARGE);
	l->span.sc = HAK_LIVE;
	l->span.is_clean = true;
	l->span.n_slices = 1;
	hak_store_relaxed(&l->span.base, p);
	hak_store_relaxed(&l->span.size, size);
	hak_large_count(l, mapped, origin);
	hak_add_relaxed(&hak_large_n_takes, 1);
	write_pads(l, size);
	hak_registry_put(p, 1, &l->span);
	return p;
}

/* At the end of its OS pages, if what follows is inaccessible. */
static size_t offset_of(size_t mapped, size_t wanted, size_t align, uint64_t origin)
{
	if ((origin & 1) == 0 || align > hak_os_page_size())
		return 0;
	return mapped - hak_round_up(wanted, align > HAK_ALIGNMENT ? align : HAK_ALIGNMENT);
}

static void *take(size_t size, size_t align, struct hak_large *l, bool is_charged)
{
	size_t wanted = wanted_for(size), mapped = hak_round_up(wanted, hak_os_page_size());
	struct hak_kept spare;
	uint64_t origin;
	char *pages;

	if (mapped < size || mapped >> (HAK_ADDRESS_BITS - 1) != 0 || align > HAK_ALIGN_MAX)
		return NULL;
	if (!(is_charged ? hak_large_charge(mapped) : hak_limit_take(mapped)))
		return NULL;
	if (is_charged && align <= hak_os_page_size() && hak_spare_take(mapped, &spare)) {
		hak_limit_give(mapped); /* it counted already */
		return put_block(l, spare.base + offset_of(mapped, wanted, align, spare.origin), size, mapped, spare.origin);
	}
	pages = map(mapped, align, &origin);
	if (pages == NULL && is_charged) {
		hak_guarded_trim();
		pages = map(mapped, align, &origin);
	}
	if (pages != NULL)
		return put_block(l, pages + offset_of(mapped, wanted, align, origin), size, mapped, origin);
	hak_limit_give(mapped);
	return NULL;
}

void *hak_guarded_take(size_t size, size_t align)
{
	struct hak_large *l = hak_large_take_descriptor();
	void *p = l != NULL ? take(size, align, l, true) : NULL;

	if (p == NULL && l != NULL)
		hak_large_give_descriptor(l);
	return p;
}

void *hak_guarded_take_alone(size_t size, size_t align)
{
	struct hak_large *l = hak_large_make_descriptor_alone();
	void *p = l != NULL ? take(size, align, l, false) : NULL;

	if (p == NULL && l != NULL)
		hak_large_give_descriptor_late(l);
	return p;
}

bool hak_guarded_claim(struct hak_span *span, const void *p)
{
	return hak_registry_claim(p, span, NULL);
}

/* Gives back what is left of a reservation without its OS pages. */
static void unmap_around(struct range r, char *pages, size_t mapped)
{
	if (pages > r.base)
		hak_os_unmap_part(r.base, (size_t)(pages - r.base));
	if (r.base + r.size > pages + mapped)
		hak_os_unmap_part(pages + mapped, (size_t)(r.base + r.size - (pages + mapped)));
}

/* Moves the OS pages of a freed block into a new reservation, for a next block: the kernel would have to zero others, and each
 * would cost a fault. Its own addresses become inaccessible. */
static bool spare_pages(struct range r, char *pages, size_t mapped)
{
	struct hak_kept spare = { .size = mapped, .since = hak_os_now() };
	char *hole;

	/* The program may have protected some of it. */
	if (mapped > HAK_SPARE_LARGEST || !hak_os_populate(pages, mapped))
		return false;
	spare.base = reserve(mapped, &spare.origin);
	if (spare.base == NULL)
		return false;
	memset(pages, 0, mapped);
	if (!hak_os_remap(pages, mapped, spare.base, mapped)) {
		hak_guarded_unreserve(spare.base, spare.origin);
		return false;
	}
	hak_spare_put(&spare);
	/* Another thread may have mapped something where the pages were. */
	hole = hak_os_reserve(pages, mapped, 0, hak_os_page_size());
	if (hole == pages) {
		put(r);
		return true;
	}
	if (hole != NULL)
		hak_os_unmap(hole, mapped);
	unmap_around(r, pages, mapped);
	return true;
}

static void give(struct hak_span *span, bool is_alone)
{
	struct hak_large *l = hak_large_of(span);
	size_t mapped = l->mapped;
	struct range r = reservation_of(l);
	char *pages = pages_of(span);
	bool is_checked = is_alone && hak_load_ordered(&checked) == span; /* ordered: pairs with hak_guarded_check() */

	if (!is_alone)
		wait_for_check();
	uncount_guards(l->origin);
	hak_large_uncount(l);
	if (HAK_UNLIKELY(is_checked)) {
		hak_os_purge(pages, mapped);
		hak_limit_give(mapped);
		return; /* neither its addresses nor its descriptor can be used again */
	}
	if (is_alone)
		hak_large_give_descriptor_late(l);
	else
		hak_large_give_descriptor(l);
	if (!is_alone && hak_does(HAK_HARDEN_QUARANTINE) && spare_pages(r, pages, mapped))
		return;
	if (!is_alone && hak_does(HAK_HARDEN_QUARANTINE) && r.size <= HAK_QUARANTINE_MOST && hak_os_close(r.base, r.size)) {
		hak_limit_give(mapped);
		put(r);
	} else if (hak_os_unmap(r.base, r.size) || hak_os_purge(r.base, r.size)) {
		hak_limit_give(mapped);
	}
}

void hak_guarded_give(struct hak_span *span)
{
	give(span, false);
}

void hak_guarded_give_alone(struct hak_span *span)
{
	give(span, true);
}

/* Moves the OS pages that both sizes have into a new reservation. */
static char *move(struct hak_large *l, size_t mapped)
{
	size_t page = hak_os_page_size(), old_mapped = l->mapped, off = (size_t)(l->span.base - pages_of(&l->span));
	struct range old = reservation_of(l);
	char *from = pages_of(&l->span), *to;
	uint64_t origin;

	if (mapped > old_mapped && !hak_large_charge(mapped - old_mapped))
		return NULL;
	to = map(mapped, page, &origin);
	if (to == NULL) {
		hak_limit_give(mapped > old_mapped ? mapped - old_mapped : 0);
		return NULL;
	}
	if (!hak_os_remap(from, mapped < old_mapped ? mapped : old_mapped, to, mapped)) {
		hak_guarded_unreserve(to, origin);
		hak_limit_give(mapped > old_mapped ? mapped - old_mapped : 0);
		return NULL;
	}
	/* Where the pages were, nothing is mapped any more, or already something else. */
	unmap_around(old, from, mapped < old_mapped ? mapped : old_mapped);
	hak_limit_give(mapped < old_mapped ? old_mapped - mapped : 0);
	uncount_guards(l->origin);
	hak_large_uncount(l);
	hak_large_count(l, mapped, origin);
	hak_store_relaxed(&l->span.base, to + off);
	return to + off;
}

static void *resize(struct hak_span *span, size_t size)
{
	struct hak_large *l = hak_large_of(span);
	size_t page = hak_os_page_size(), off = (size_t)(span->base - pages_of(span)), old_size = span->size;
	size_t mapped = hak_round_up(off + wanted_for(size), page), n_pad = l->mapped - off - old_size;
	char *p = span->base;

	if (mapped < size || mapped >> (HAK_ADDRESS_BITS - 1) != 0)
		return NULL;
	if (mapped != l->mapped) {
		p = move(l, mapped);
		if (p == NULL)
			return NULL;
	}
	/* What it grows by held the pattern, or is new. */
	if (size > old_size && hak_does(HAK_HARDEN_PAD))
		memset(p + old_size, 0, size - old_size < n_pad ? size - old_size : n_pad);
	hak_store_relaxed(&span->size, size);
	write_pads(l, size);
	return p;
}

void *hak_guarded_resize(struct hak_span *span, void *p, size_t size)
{
	void *to;

	if (!hak_guarded_claim(span, p))
		return NULL;
	wait_for_check();
	to = resize(span, size);
	hak_registry_put(to != NULL ? to : p, 1, span);
	return to;
}
