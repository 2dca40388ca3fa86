/* SPDX-License-Identifier: MIT */
#include "large/sentry.h"

#include "base/atomic.h"
#include "base/bits.h"
#include "conf/options.h"
#include "large/block.h"
#include "os/lock.h"
#include "os/page.h"
#include "region/limit.h"
#include "region/meta.h"
#include "region/pad.h"

#if defined(__x86_64__) || defined(__i386__) || defined(__aarch64__)
#define CAN_FOLLOW 1
#else
#define CAN_FOLLOW 0 /* frames have another layout */
#endif

enum { UNUSED, LIVE, FREED };

#define NEVER UINT64_MAX
#define NOT_YET (UINT64_MAX - 1) /* places are being made */

/* Odd, so that each place has its block at one edge, and then at the other. */
HAK_STATIC(HAK_SENTRIES % 2 == 1 && HAK_SENTRY_MOST <= HAK_SLICE_SIZE);

struct hak_sentries hak_sentries;

uint64_t hak_sentry_due(uint64_t now)
{
	uint64_t due = hak_load_relaxed(&hak_sentries.due);

	if (HAK_LIKELY(due != 0))
		return due;
	if (hak_load_acquire(&hak_options_state) != HAK_OPTIONS_READ)
		return NOT_YET;
	hak_cas_acquire(&hak_sentries.due, &due, hak_options.guard_sample == 0 || hak_options_harden() != 0 ? NEVER :
		hak_options.guard_sample == 1 ? now + HAK_SENTRY_START : now + 1);
	return hak_load_relaxed(&hak_sentries.due);
}

static char *pages_of(const struct hak_sentry *s)
{
	return hak_sentries.base + (size_t)(s - hak_sentries.all) * HAK_SENTRY_PLACE + HAK_SLICE_SIZE;
}

static struct hak_sentry *find(const char *p)
{
	return &hak_sentries.all[(size_t)(p - hak_sentries.base) / HAK_SENTRY_PLACE];
}

/* False: no memory; what was taken so far stays unused. */
static bool make_places(void)
{
	size_t size = HAK_SENTRIES * HAK_SENTRY_PLACE + HAK_SLICE_SIZE;
	char *base = hak_os_reserve(NULL, size, 0, HAK_SLICE_SIZE);

	hak_sentries.all = hak_meta_take(HAK_SENTRIES * sizeof *hak_sentries.all);
	if (base == NULL || hak_sentries.all == NULL || !hak_registry_reserve(base, size))
		return false;
	hak_store_release(&hak_sentries.base, base);
	for (struct hak_sentry *s = hak_sentries.all; s < hak_sentries.all + HAK_SENTRIES; s++) {
		s->large = hak_large_take_descriptor();
		if (s->large == NULL)
			return false;
		s->large->span = (struct hak_span){ .kind = HAK_KIND_LARGE, .sc = HAK_LIVE_SENTRY, .n_slices = 1 };
		hak_registry_put(pages_of(s), 1, &s->large->span);
	}
	return true;
}

bool hak_sentry_take_turn(uint64_t due, uint64_t now)
{
	bool is_first = hak_load_relaxed(&hak_sentries.base) == NULL;

	/* Acquire: pairs with the release below, for all turns but the first. */
	if (!hak_cas_acquire(&hak_sentries.due, &due, is_first ? NOT_YET : now + HAK_SENTRY_PAUSE))
		return false;
	if (is_first)
		hak_store_release(&hak_sentries.due, make_places() ? now + HAK_SENTRY_PAUSE : NEVER);
	return hak_load_relaxed(&hak_sentries.due) != NEVER;
}

/* What debuggers call the thread. Not pthread_self(): each symbol more makes each program start later. */
uintptr_t hak_sentry_thread(void)
{
	uintptr_t p = (uintptr_t)&hak_lock_held; /* elsewhere: at least one of its own */

#if defined(__x86_64__) && !defined(__ILP32__)
	__asm__("movq %%fs:0, %0" : "=r"(p));
#elif defined(__aarch64__)
	__asm__("mrs %0, tpidr_el0" : "=r"(p));
#endif
	return p;
}

/* By frame pointers, within one OS page, where all can be read: a guess, since code without them may keep anything there. */
__attribute__((no_sanitize("address")))
static void follow(struct hak_trace *trace, const uintptr_t *at)
{
	uintptr_t last = hak_round_up((uintptr_t)(at + 2), HAK_SENTRY_STACK) - 2 * sizeof *at; /* that can be read */
	unsigned n = 0;

	trace->thread = hak_sentry_thread();
	while (CAN_FOLLOW && n < HAK_SENTRY_DEPTH) {
		const uintptr_t *next = (const uintptr_t *)at[0];

		trace->at[n++] = at[1];
		if (next <= at || (uintptr_t)next % sizeof *next != 0 || (uintptr_t)next > last)
			break;
		at = next;
	}
	while (n < HAK_SENTRY_DEPTH)
		trace->at[n++] = 0;
}

static bool open_pages(char *pages, size_t mapped)
{
	if (hak_add_relaxed(&hak_sentries.n_bytes, mapped) + mapped <= HAK_SENTRIES_BYTES && hak_os_can_split() &&
		hak_limit_take(mapped)) {
		if (hak_os_open(pages, mapped, "hakmem: large")) {
			hak_os_count_mappings(2);
			return true;
		}
		hak_limit_give(mapped);
	}
	hak_sub_relaxed(&hak_sentries.n_bytes, mapped);
	return false;
}

void *hak_sentry_take(size_t size, size_t align, const void *frame)
{
	static uint32_t n_turns; /* any */
	uint32_t n = hak_add_relaxed(&n_turns, 1), state = UNUSED;
	struct hak_sentry *s = &hak_sentries.all[n % HAK_SENTRIES];
	struct hak_span *span = &s->large->span;
	size_t mapped = hak_round_up(size, hak_os_page_size());
	char *pages = pages_of(s), *p = pages;

	/* Acquire: pairs with hak_sentry_give(). */
	if (size - 1 >= HAK_SENTRY_MOST || align > hak_os_page_size() || !hak_cas_acquire(&s->state, &state, LIVE))
		return NULL;
	if (!open_pages(pages, mapped)) {
		hak_store_release(&s->state, UNUSED);
		return NULL;
	}
	if (n % 2 == 0)
		p += mapped - hak_round_up(size, align > HAK_ALIGNMENT ? align : HAK_ALIGNMENT);
	s->base = p;
	s->size = size;
	hak_pad_write(p, pages, (size_t)(p - pages));
	hak_pad_write(p, p + size, (size_t)(pages + mapped - p) - size);
	follow(&s->taken, frame);
	s->given.thread = 0;
	span->is_sampled = false;
	hak_store_relaxed(&span->size, size);
	hak_store_release(&span->base, p);
	hak_large_count(s->large, mapped, 0);
	return p;
}

/* Bytes from the block to p; 0 inside. */
static size_t distance(const struct hak_sentry *s, const char *p)
{
	uintptr_t at = (uintptr_t)p, base = (uintptr_t)s->base;

	return at < base ? base - at : at - base < s->size ? 0 : at - base - s->size + 1;
}

const struct hak_sentry *hak_sentry_near_any(const void *p)
{
	const char *base = hak_load_acquire(&hak_sentries.base); /* pairs with make_places() */
	size_t at = (size_t)((uintptr_t)p - (uintptr_t)base), i = at / HAK_SENTRY_PLACE;
	const struct hak_sentry *near = NULL;

	if (base == NULL || at >= HAK_SENTRIES * HAK_SENTRY_PLACE + HAK_SLICE_SIZE)
		return NULL;
	/* Blocks are in the second half of their places: p is near that of its own place, or of the one before. */
	for (const struct hak_sentry *s = hak_sentries.all + (i > 0 ? i - 1 : 0);
		s <= hak_sentries.all + i && s < hak_sentries.all + HAK_SENTRIES; s++)
		if (s->base != NULL && (near == NULL || distance(s, p) < distance(near, p)))
			near = s;
	return near;
}

bool hak_sentry_claim(const char *p, const void *site)
{
	struct hak_sentry *s = find(p);
	uint32_t state = LIVE;

	if (!hak_cas_ordered(&s->state, &state, FREED))
		return false;
	s->given.thread = hak_sentry_thread();
	s->given.at[0] = (uintptr_t)site;
	return true;
}

void hak_sentry_unclaim(const char *p)
{
	struct hak_sentry *s = find(p);

	s->given.thread = 0;
	hak_store_release(&s->state, LIVE); /* pairs with the claim */
}

const char *hak_sentry_written(const struct hak_span *span, const char *p)
{
	const char *pages = (const char *)hak_round_down((uintptr_t)p, HAK_SLICE_SIZE), *end = p + span->size;

	if (!hak_pad_is_whole(p, pages, (size_t)(p - pages)))
		return pages;
	return hak_pad_is_whole(p, end, hak_round_up((uintptr_t)end, hak_os_page_size()) - (uintptr_t)end) ? NULL : end;
}

void hak_sentry_give(struct hak_span *span, const char *p)
{
	struct hak_sentry *s = find(p);
	size_t mapped = s->large->mapped;

	hak_large_uncount(hak_large_of(span));
	hak_store_relaxed(&span->base, NULL);
	/* If the kernel refuses, the place is lost. */
	if (!hak_os_close(pages_of(s), mapped))
		return;
	hak_os_count_mappings(-2);
	hak_limit_give(mapped);
	hak_sub_relaxed(&hak_sentries.n_bytes, mapped);
	hak_store_release(&s->state, UNUSED); /* pairs with hak_sentry_take() */
}
