/* SPDX-License-Identifier: MIT */
#include "free/dispatch.h"

#include "base/probe.h"
#include "free/harden.h"
#include "large/large.h"
#include "large/sentry.h"
#include "mid/run.h"
#include "os/clock.h"
#include "os/page.h"
#include "thread/decay.h"
#include "thread/salvage.h"
#include "thread/thread.h"
#include "tiny/remote.h"

void (*hak_free_watcher)(void *p, const struct hak_caller *caller);

static void report(enum hak_verdict verdict, const void *p, size_t what, const struct hak_caller *caller)
{
	hak_report_bad_free(verdict, caller->name, p, what, caller->site);
}

static enum hak_verdict verdict_inside(const void *p)
{
	return (uintptr_t)p % HAK_ALIGNMENT != 0 ? HAK_MISALIGNED : HAK_INSIDE_BLOCK;
}

size_t hak_block_class(const struct hak_span *span)
{
	if (hak_sentry_is(span))
		return hak_class_size(hak_class_of(span->size));
	return span->kind == HAK_KIND_SLAB ? span->size : span->kind == HAK_KIND_RUN ? HAK_CLASS_RUN : HAK_CLASS_LARGE;
}

/* Finds out what is wrong with p, which is not the first byte of a live block. */
static void HAK_COLD report_bad(const void *p, const struct hak_caller *caller)
{
	struct hak_span *span = hak_registry_find(p);

	if (span == NULL) {
		if (hak_large_find(p) != NULL)
			report(verdict_inside(p), p, HAK_CLASS_LARGE, caller);
		else
			report(HAK_NOT_OURS, p, HAK_CLASS_NONE, caller);
	} else if (span->kind == HAK_KIND_NONE) {
		report(HAK_FREE_SLAB, p, HAK_CLASS_NONE, caller);
	} else if (span->kind == HAK_KIND_SLAB ? hak_slab_block_idx((struct hak_slab *)span, p) < ((struct hak_slab *)span)->n_blocks :
		hak_sentry_is(span) && hak_load_relaxed(&span->base) == NULL) {
		report(HAK_DOUBLE_FREE, p, hak_block_class(span), caller);
	} else {
		report(verdict_inside(p), p, hak_block_class(span), caller);
	}
}

/* Is block idx of slab s alive? */
static inline bool is_alive(const struct hak_slab *s, size_t idx)
{
	return idx < s->n_blocks && hak_is_alive(hak_load_relaxed(&s->live[idx]));
}

struct hak_span *hak_block_prove(const void *p, const struct hak_caller *caller)
{
	struct hak_span *span = hak_registry_find(p);
	struct hak_slab *s = (struct hak_slab *)span;

	if (HAK_LIKELY(span != NULL && (span->kind == HAK_KIND_SLAB ? is_alive(s, hak_slab_block_idx(s, p)) :
		(const char *)p == hak_load_relaxed(&span->base))))
		return span;
	report_bad(p, caller);
	return NULL;
}

size_t hak_block_size(const struct hak_span *span, const void *p)
{
	return hak_is_hardened() ? hak_harden_size(span, p) : span->size;
}

static size_t room_to(const char *end, const char *p)
{
	return p < end ? (size_t)(end - p) : 0;
}

/* Of a run or a large block. */
static size_t room_in_larger(const struct hak_span *span, const char *p)
{
	const char *base = hak_load_relaxed(&span->base);

	return p >= base ? room_to(base + hak_load_relaxed(&span->size), p) : 0;
}

/* At an address for which nothing is registered: a large block is registered only for the slice in which it begins. */
static size_t room_unregistered(const char *p)
{
	const struct hak_span *span = hak_large_find(p);
	size_t room = span != NULL ? room_in_larger(span, p) : 0;

	return room > 0 ? room : SIZE_MAX;
}

size_t hak_block_room(const void *p)
{
	const struct hak_span *span = hak_registry_find(p);
	const struct hak_slab *s = (const struct hak_slab *)span;
	const char *base;
	size_t idx;

	if (span == NULL)
		return room_unregistered(p);
	if (span->kind == HAK_KIND_NONE)
		return 0;
	if (span->kind != HAK_KIND_SLAB)
		return room_in_larger(span, p);
	idx = hak_slab_idx_of(s, p);
	base = span->base + idx * span->size;
	return is_alive(s, idx) ? room_to(base + hak_block_size(span, base), p) : 0;
}

bool hak_block_note_size(struct hak_span *span, const void *p, size_t size)
{
	struct hak_slab *s = (struct hak_slab *)span;
	uint8_t *live = &s->live[hak_slab_idx_of(s, p)];
	uint8_t was = hak_load_relaxed(live);
	uint8_t value = (hak_class_of(size) == s->span.sc ? HAK_LIVE : HAK_LIVE_RESIZED) | (was & HAK_LIVE_SAMPLED);

	return HAK_LIKELY(was == value) || (hak_is_alive(was) && hak_byte_claim(live, was, value));
}

static void HAK_COLD collect_for(struct hak_heap *h, unsigned sc)
{
	struct hak_cache *c = hak_thread_enter();

	if (!hak_thread_is_nested()) {
		hak_salvage_frees();
		hak_heap_collect_class_any(h, sc);
		if (c == NULL)
			hak_decay_tell_others(NULL, hak_os_now());
	}
	hak_thread_leave(c);
}

void hak_free_count_sent(struct hak_cache *c, struct hak_heap *h, unsigned sc, const void *p)
{
	uint32_t n;

	HAK_PROBE(remote, hak_class_size(sc), p);
	if (c != NULL) {
		hak_own_count(&c->n_remote);
		n = (uint32_t)c->n_remote;
	} else {
		hak_thread_me.near = h->id;
		n = ++hak_thread_me.n_freed;
	}
	if (HAK_UNLIKELY(n % HAK_COLLECT_FREES == 0) && hak_thread_me.depth == 0)
		collect_for(h, sc);
}

/* Frees through the slab's remote bit: the slab is another heap's, or the thread has no cache. */
static void send_home(struct hak_cache *c, struct hak_slab *s, size_t idx, void *p, const struct hak_caller *caller)
{
	struct hak_heap *h = hak_load_relaxed(&s->owner);
	unsigned sc = s->span.sc; /* once the bit is set, s may be reused */

	if (HAK_LIKELY(hak_remote_push_any(s, idx, 0)))
		hak_free_count_sent(c, h, sc, p);
	else
		report(HAK_DOUBLE_FREE, p, hak_class_size(sc), caller);
}

static void HAK_COLD HAK_NOINLINE free_sentry(struct hak_span *span, void *p, const struct hak_caller *caller)
{
	const char *written;

	if (!hak_sentry_claim(p, caller->site)) {
		report(HAK_DOUBLE_FREE, p, hak_block_class(span), caller);
		return;
	}
	written = hak_sentry_written(span, p);
	if (HAK_UNLIKELY(written != NULL)) {
		if (!hak_options.on_report) /* it is undone (D2) */
			hak_sentry_unclaim(p);
		report(written < (const char *)p ? HAK_UNDERFLOW : HAK_OVERFLOW, p, hak_block_class(span), caller);
	}
	if (HAK_UNLIKELY(span->is_sampled))
		hak_load_relaxed(&hak_free_watcher)(p, caller);
	hak_sentry_give(span, p);
	hak_thread_tell();
}

static void free_larger(struct hak_span *span, void *p, const struct hak_caller *caller)
{
	bool is_run = span->kind == HAK_KIND_RUN;
	uint32_t n_slices = is_run ? span->n_slices : (uint32_t)(span->size / HAK_SLICE_SIZE);
	struct hak_cache *c;
	bool is_done;

	if (hak_sentry_is(span)) {
		free_sentry(span, p, caller);
		return;
	}
	c = hak_thread_enter();
	if (HAK_UNLIKELY(span->is_sampled)) {
		span->is_sampled = false;
		hak_load_relaxed(&hak_free_watcher)(p, caller);
	}
	if (HAK_UNLIKELY(hak_thread_is_nested()))
		is_done = is_run ? hak_run_give_alone(span, p) : hak_large_give_alone(span, p);
	else
		is_done = is_run ? hak_run_give(span, p) : hak_large_give(span, p);
	if (c != NULL)
		c->n_slices_given += n_slices;
	hak_thread_leave(c);
	if (HAK_UNLIKELY(!is_done)) /* another thread was first */
		report(HAK_DOUBLE_FREE, p, is_run ? HAK_CLASS_RUN : HAK_CLASS_LARGE, caller);
}

/* Of two threads that free a sampled block at the same moment only one gets to the watcher, which takes some time. False:
 * another thread was first. */
static bool HAK_NOINLINE prove_unusual(struct hak_slab *s, size_t idx, void *p, const struct hak_caller *caller)
{
	uint8_t was = hak_load_relaxed(&s->live[idx]);
	bool is_sampled = (was & HAK_LIVE_SAMPLED) != 0;
	bool is_first = is_sampled ? hak_byte_claim(&s->live[idx], was, 0) : hak_is_alive(was);

	if (!is_first)
		report(HAK_DOUBLE_FREE, p, s->span.size, caller);
	else if (is_sampled)
		hak_load_relaxed(&hak_free_watcher)(p, caller);
	return is_first;
}

/* Frees a proved block of a slab. */
static void free_tiny(struct hak_slab *s, size_t idx, void *p, const struct hak_caller *caller)
{
	struct hak_cache *c = hak_thread_me.cache;

	if (HAK_UNLIKELY(hak_load_relaxed(&s->live[idx]) != HAK_LIVE) && !prove_unusual(s, idx, p, caller))
		return;
	if (c == NULL || hak_load_relaxed(&s->owner) != c->heap || hak_thread_me.depth > 0) {
		send_home(c, s, idx, p, caller);
	} else {
		hak_thread_enter();
		hak_own_set(&s->live[idx], 0);
		hak_cache_put_own(c, s->span.sc, p, &s->live[idx]);
		hak_thread_leave(c);
	}
}

void hak_free_proved(struct hak_span *span, void *p, const struct hak_caller *caller)
{
	struct hak_slab *s = (struct hak_slab *)span;

	if (span->kind == HAK_KIND_SLAB)
		free_tiny(s, hak_slab_idx_of(s, p), p, caller);
	else
		free_larger(span, p, caller);
}

void hak_free_miss(void *p, const char *name, const void *site)
{
	const struct hak_caller caller = { name, site };
	struct hak_span *span = hak_registry_find(p);
	struct hak_slab *s = (struct hak_slab *)span;
	size_t idx;

	if (HAK_UNLIKELY(span == NULL || span->kind != HAK_KIND_SLAB)) {
		span = p != NULL ? hak_block_prove(p, &caller) : NULL;
		if (span != NULL && hak_is_hardened())
			hak_harden_free(span, p, HAK_SIZE_ANY, 1, &caller);
		else if (span != NULL)
			free_larger(span, p, &caller);
		return;
	}
	idx = hak_slab_block_idx(s, p);
	if (HAK_UNLIKELY(!is_alive(s, idx)))
		report_bad(p, &caller);
	else if (HAK_UNLIKELY(hak_is_hardened()))
		hak_harden_free(span, p, HAK_SIZE_ANY, 1, &caller);
	else
		free_tiny(s, idx, p, &caller);
}

/* Can a slab's block have been requested with this size and alignment? If realloc() left it in place, it may be larger. */
static bool is_tiny_size(const struct hak_slab *s, const void *p, size_t size, size_t alignment)
{
	if (alignment > HAK_SLICE_SIZE || size > s->span.size)
		return false;
	if (alignment > HAK_ALIGNMENT)
		size = hak_round_up(size, alignment);
	return size <= HAK_TINY_MAX && (hak_class_of(size) == s->span.sc ||
		((hak_load_relaxed(&s->live[hak_slab_idx_of(s, p)]) & HAK_LIVE_RESIZED) != 0 && size > s->span.size / 2));
}

/* The same for a sentry, by its class. */
static bool HAK_COLD HAK_NOINLINE is_sentry_size(const struct hak_span *span, size_t size, size_t alignment)
{
	size_t step = alignment > HAK_ALIGNMENT ? alignment : HAK_ALIGNMENT;

	return size <= HAK_TINY_MAX && hak_class_of(hak_round_up(size, step)) == hak_class_of(hak_round_up(span->size, step));
}

/* The same for a run or large block: in whole OS pages, as malloc_usable_size() tells it. */
static bool is_larger_size(const struct hak_span *span, size_t size)
{
	if (size > span->size)
		return false;
	if (span->kind == HAK_KIND_LARGE && size < HAK_SLICE_SIZE)
		size = HAK_SLICE_SIZE;
	return hak_round_up(size, hak_os_page_size()) == span->size;
}

static bool is_aligned(const void *p, size_t alignment)
{
	return hak_is_pow2(alignment) && ((uintptr_t)p & (alignment - 1)) == 0;
}

void hak_free_aligned_miss(void *p, size_t alignment, const struct hak_caller *caller)
{
	struct hak_span *span = hak_block_prove(p, caller);

	if (span != NULL && hak_is_hardened())
		hak_harden_free(span, p, HAK_SIZE_ANY, alignment, caller);
	else if (span != NULL && is_aligned(p, alignment))
		hak_free_proved(span, p, caller);
	else if (span != NULL)
		report(HAK_WRONG_SIZE, p, hak_block_class(span), caller);
}

void hak_free_sized_miss(void *p, size_t size, size_t alignment, const struct hak_caller *caller)
{
	struct hak_span *span = hak_block_prove(p, caller);
	bool is_right;

	if (span == NULL)
		return;
	if (hak_is_hardened()) {
		hak_harden_free(span, p, size < HAK_SIZE_ANY ? size : HAK_SIZE_ANY - 1, alignment, caller);
		return;
	}
	size = size > 0 ? size : 1;
	is_right = is_aligned(p, alignment);
	if (span->kind == HAK_KIND_SLAB)
		is_right = is_right && is_tiny_size((struct hak_slab *)span, p, size, alignment);
	else if (hak_sentry_is(span))
		is_right = is_right && is_sentry_size(span, size, alignment);
	else
		is_right = is_right && is_larger_size(span, size);
	if (HAK_LIKELY(is_right))
		hak_free_proved(span, p, caller);
	else
		report(HAK_WRONG_SIZE, p, hak_block_class(span), caller);
}
