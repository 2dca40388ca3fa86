/* SPDX-License-Identifier: MIT */
#include "api/alloc.h"

#include "base/check.h"
#include "conf/report.h"
#include "free/harden.h"
#include "large/large.h"
#include "large/sentry.h"
#include "mid/run.h"
#include "region/limit.h"
#include "thread/decay.h"
#include "thread/thread.h"
#include "watch/sample.h"

#define ADDRESSES (PTRDIFF_MAX >> (sizeof(void *) * 8 - HAK_ADDRESS_BITS)) /* no block can be larger */

/* Late verdicts are told when everything else is done. A handler that jumps out takes no block with it. */
static void HAK_COLD give_up(void *p)
{
	if (p != NULL && hak_thread_has_late())
		hak_free_miss(p, "malloc", NULL);
	hak_thread_tell();
}

/* The end of each miss: p, which may be NULL, was taken. */
static inline void *taken(void *p, const void *frame)
{
	p = hak_sample_taken(p, frame);
	if (hak_report_is_late())
		give_up(p);
	return p;
}

/* Enters a miss, and gives the thread a cache if it has none. */
static struct hak_cache *enter_miss(void)
{
	struct hak_cache *c = hak_thread_enter();

	return HAK_LIKELY(c != NULL) ? c : hak_thread_start();
}

static void *try_tiny(unsigned sc, size_t size, size_t align, bool *is_clean)
{
	struct hak_cache *c = enter_miss();
	void *p = HAK_LIKELY(c != NULL) ? hak_thread_take_own(c, sc) : hak_thread_take_alone(sc);

	*is_clean = false;
	if (HAK_UNLIKELY(p == NULL) && hak_thread_is_nested())
		p = hak_large_take_alone(size, align, is_clean);
	else if (p != NULL && hak_class_is_single(sc) && c != NULL && c->is_straight)
		*is_clean = hak_slab_is_fresh((struct hak_slab *)hak_registry_find(p));
	hak_thread_leave_untold(c);
	return p;
}

static void *try_untiny(size_t size, size_t align, bool grows, bool *is_clean)
{
	struct hak_cache *c = enter_miss();
	void *p;

	if (HAK_UNLIKELY(hak_thread_is_nested()))
		p = hak_large_take_alone(size, align, is_clean);
	else if (size <= HAK_RUN_MAX && align <= HAK_RUN_MAX)
		p = hak_run_take(size, align, is_clean);
	else
		p = hak_large_take(size, align, grows, is_clean);
	hak_thread_leave_untold(c);
	return p;
}

/* Before an allocation fails, for lack of memory or address space or because of a limit: gives back all that is free, in
 * any heap. False: that cannot help. */
static bool make_room(size_t size)
{
	struct hak_cache *c;

	if (!hak_limit_allows(size))
		return false;
	c = hak_thread_enter();
	hak_decay_trim(c, 0);
	hak_thread_leave(c);
	return true;
}

static void HAK_COLD purge_for_limit(void)
{
	struct hak_cache *c = hak_thread_enter();

	if (!hak_thread_is_nested())
		hak_decay_press();
	hak_thread_leave_untold(c);
}

static void *check_limits(void *p)
{
	if (HAK_UNLIKELY(p == NULL))
		hak_limit_count_refusal();
	else if (HAK_UNLIKELY(hak_limit_level() != HAK_LIMIT_BELOW))
		purge_for_limit();
	return p;
}

static void *HAK_COLD try_sentry(unsigned sc, size_t size, size_t align, const void *frame)
{
	struct hak_cache *c = hak_thread_me.cache;
	void *p = NULL;

	if (hak_thread_me.depth > 0) /* a signal handler */
		return NULL;
	if (c->sampler != NULL && !hak_sampler_is_on())
		c->n_counted += hak_sampler_count_own(c, sc) ? HAK_POST_EVERY : 0;
	if (c->is_posting) {
		hak_thread_enter();
		c->is_posting = false;
		p = hak_sentry_take(size, align, frame);
		hak_thread_leave_untold(c);
	}
	return p;
}

/* A block of class sc; or a sentry, if one is due. */
static void *HAK_NOINLINE take_tiny(unsigned sc, size_t size, size_t align, bool *is_clean, const void *frame)
{
	const struct hak_cache *c = hak_thread_me.cache;
	void *p = c != NULL && HAK_UNLIKELY(c->is_counting || c->is_posting) ? try_sentry(sc, size, align, frame) : NULL;

	*is_clean = p != NULL;
	if (HAK_UNLIKELY(p != NULL))
		return p;
	p = try_tiny(sc, size, align, is_clean);
	if (HAK_UNLIKELY(p == NULL) && make_room(hak_class_is_single(sc) ? hak_class_size(sc) : 0))
		p = try_tiny(sc, size, align, is_clean);
	return check_limits(p);
}

static void *find_untiny(size_t size, size_t align, bool grows, bool *is_clean)
{
	void *p = try_untiny(size, align, grows, is_clean);

	if (HAK_UNLIKELY(p == NULL) && make_room(size))
		p = try_untiny(size, align, grows, is_clean);
	return p;
}

static void *HAK_NOINLINE take_untiny(size_t size, size_t align, bool *is_clean)
{
	return size > ADDRESSES || align > HAK_ALIGN_MAX ? NULL : check_limits(find_untiny(size, align, false, is_clean));
}

/* Now and then looks whether blocks were overwritten. If so, the program ends, unless it is to go on. */
static void HAK_COLD check_heap(void)
{
	static uint64_t n_counted, next = HAK_CHECK_EVERY - 1; /* any */
	uint64_t n = hak_add_relaxed(&n_counted, 1);
	const void *found = NULL;

	if (n < hak_load_relaxed(&next))
		return;
	hak_store_relaxed(&next, n + HAK_CHECK_EVERY + hak_limit_held() / HAK_CHECK_BYTES);
	if (hak_check_all(&found) == 0)
		return;
	if (!hak_options.on_report)
		hak_store_relaxed(&next, UINT64_MAX);
	if (found != NULL && hak_load_relaxed(&hak_report_watcher) != NULL)
		hak_load_relaxed(&hak_report_watcher)(found);
	HAK_REQUIRE(hak_options.on_report, "the heap is damaged");
}

static void *HAK_NOINLINE take_hardened(size_t size, size_t align, bool is_data, bool *is_clean)
{
	bool is_debug = hak_does(HAK_HARDEN_CHAOS | HAK_HARDEN_CHECK);
	void *p = !is_debug && align <= HAK_ALIGNMENT && !is_data ? hak_harden_pop(size, is_clean) : NULL;

	if (HAK_LIKELY(p != NULL))
		return p;
	if (HAK_UNLIKELY(size > ADDRESSES || align > HAK_ALIGN_MAX))
		return NULL;
	if (HAK_UNLIKELY(is_debug)) {
		if (hak_does(HAK_HARDEN_CHAOS) && hak_harden_fails())
			return NULL;
		if (hak_does(HAK_HARDEN_CHECK))
			check_heap();
	}
	p = hak_harden_take(size, align, is_data, is_clean);
	if (HAK_UNLIKELY(p == NULL) && make_room(size))
		p = hak_harden_take(size, align, is_data, is_clean);
	return check_limits(p);
}

HAK_NOINLINE void *hak_alloc_miss(size_t size, const void *frame)
{
	bool is_clean;

	if (hak_harden_is_on())
		return taken(take_hardened(size, HAK_ALIGNMENT, false, &is_clean), frame);
	if (HAK_LIKELY(size <= HAK_TINY_MAX))
		return taken(take_tiny(hak_class_of(size > 0 ? size : 1), size, HAK_ALIGNMENT, &is_clean, frame), frame);
	return taken(take_untiny(size, HAK_ALIGNMENT, &is_clean), frame);
}

void *hak_alloc_growing(size_t size, const void *frame)
{
	size_t room = hak_size_with_room(size);
	bool is_clean;
	void *p = room <= HAK_RUN_MAX && !hak_thread_is_nested() ? try_untiny(room, HAK_ALIGNMENT, true, &is_clean) : NULL;

	if (p != NULL) /* it is a run */
		hak_run_keep_room(hak_registry_find(p), size);
	else if (size <= ADDRESSES)
		p = find_untiny(size, HAK_ALIGNMENT, true, &is_clean);
	return taken(p != NULL ? check_limits(p) : NULL, frame);
}

void *hak_alloc(size_t size, const void *frame)
{
	size_t sc;
	void *p;

	return hak_alloc_hit(size, &p, &sc) || hak_sampler_pop_size_hit(size, sc, &p) ? p : hak_alloc_miss(size, frame);
}

void *hak_alloc_any(size_t size, size_t align, bool *is_clean, const void *frame)
{
	unsigned sc;
	void *p;

	if (HAK_UNLIKELY(align > HAK_SLICE_SIZE || size > HAK_TINY_MAX))
		return taken(hak_harden_is_on() ? take_hardened(size, align, false, is_clean) : take_untiny(size, align, is_clean), frame);
	/* Slabs start at slices, so if a class's size is a multiple of align, all its blocks are aligned. The class for
	 * a multiple of align has such a size: classes are a power of two apart, and if align is larger than that, its
	 * multiple is itself the size of a class. */
	sc = hak_class_of(hak_round_up(size > 0 ? size : 1, align));
	*is_clean = false;
	if (hak_class_is_single(sc) ? hak_slab_pop_single_hit(hak_cache_mine, sc, &p) :
		hak_cache_pop_class_hit(hak_cache_mine, sc, &p))
		return p;
	if (hak_sampler_pop_hit(sc, &p))
		return p;
	return taken(hak_harden_is_on() ? take_hardened(size, align, false, is_clean) :
		take_tiny(sc, size, align, is_clean, frame), frame);
}

HAK_COLD void *hak_alloc_data(size_t size, size_t alignment, bool *is_clean, const void *frame)
{
	size_t wanted = hak_round_up(size > 0 ? size : 1, alignment);
	struct hak_cache *c;
	void *p;

	/* With chaos, the functions for any block decide which allocations fail. */
	if (size > HAK_SHARED_MAX || alignment > HAK_SLICE_SIZE || !hak_is_pow2(alignment) || wanted > HAK_SHARED_MAX ||
		hak_does(HAK_HARDEN_CHAOS))
		return NULL;
	if (hak_harden_is_on()) {
		p = take_hardened(size, alignment, true, is_clean);
	} else {
		*is_clean = false;
		c = enter_miss();
		p = check_limits(hak_thread_take_data(c, hak_class_of(wanted)));
		hak_thread_leave_untold(c);
	}
	return taken(p, frame);
}
