/* SPDX-License-Identifier: MIT */
#include "api/alloc.h"

#include "conf/report.h"
#include "large/large.h"
#include "mid/run.h"
#include "region/limit.h"
#include "thread/decay.h"
#include "thread/heap.h"
#include "tiny/class.h"
#include "tiny/remote.h"

#define ADDRESSES (PTRDIFF_MAX >> (sizeof(void *) * 8 - HAK_ADDRESS_BITS)) /* no block can be larger */

static void *try_tiny(unsigned sc)
{
	struct hak_heap *h = hak_thread_enter();
	void *p;

	if (h == NULL)
		return NULL;
	p = hak_thread_take_own(h, sc);
	hak_thread_leave(h);
	return p;
}

/* Before an allocation fails, for want of memory, of addresses or of what a limit leaves: all that is free, in whatever
 * heap, may be enough. False: it cannot be. */
static bool make_room(size_t size)
{
	if (hak_limit_allows(size)) {
		hak_decay_trim(0, false);
		return true;
	}
	return false;
}

static void *check_limits(void *p)
{
	if (HAK_UNLIKELY(p == NULL))
		hak_limit_count_refusal();
	else if (HAK_UNLIKELY(hak_limit_level() != HAK_LIMIT_BELOW))
		hak_decay_press();
	return p;
}

static void *HAK_NOINLINE take_tiny(unsigned sc)
{
	void *p = try_tiny(sc);

	if (HAK_UNLIKELY(p == NULL) && make_room(0))
		p = try_tiny(sc);
	return check_limits(p);
}

static void *take_run_or_large(size_t size, size_t align, bool *is_clean)
{
	if (size <= HAK_RUN_MAX && align <= HAK_RUN_MAX)
		return hak_run_take(size, align, is_clean);
	return hak_large_take(size, align, is_clean);
}

static void *HAK_NOINLINE take_untiny(size_t size, size_t align, bool *is_clean)
{
	void *p;

	if (size > ADDRESSES || align > HAK_ALIGN_MAX)
		return NULL;
	p = take_run_or_large(size, align, is_clean);
	if (HAK_UNLIKELY(p == NULL) && make_room(size))
		p = take_run_or_large(size, align, is_clean);
	return check_limits(p);
}

HAK_NOINLINE void *hak_alloc_miss(size_t size)
{
	bool is_clean;

	if (HAK_UNLIKELY(size > HAK_TINY_MAX))
		return take_untiny(size, HAK_ALIGNMENT, &is_clean);
	return take_tiny(hak_class_of(size > 0 ? size : 1));
}

HAK_HIT void *hak_alloc(size_t size)
{
	void *p;

	return hak_alloc_hit(size, &p) ? p : hak_alloc_miss(size);
}

HAK_HIT void *hak_alloc_any(size_t size, size_t align, bool *is_clean)
{
	unsigned sc;
	void *p;

	if (HAK_UNLIKELY(align > HAK_SLICE_SIZE || size > HAK_TINY_MAX))
		return take_untiny(size, align, is_clean);
	*is_clean = false;
	if (align <= HAK_ALIGNMENT)
		return hak_alloc(size);
	/* Slabs begin on slices' borders, so a class whose size is a multiple of align is aligned throughout. That of a
	 * multiple of align is one: classes are steps of a power of two apart; where align is the larger power, the
	 * multiple is a class's size itself. */
	sc = hak_class_of(hak_round_up(size > 0 ? size : 1, align));
	return HAK_LIKELY(hak_heap_pop_class_hit(hak_heap_mine, sc, &p)) ? p : take_tiny(sc);
}

static void HAK_NOINLINE free_slowly(void *p, const char *name, const void *site)
{
	struct hak_heap *h;

	if (p == NULL)
		return;
	h = hak_thread_enter_near(p);
	if (h == NULL)
		return; /* no memory for a heap: the block is lost, nothing else */
	hak_free_own(h, p, &(const struct hak_caller){ name, site });
	hak_thread_leave(h);
}

void hak_free_miss(void *p, const char *name, const void *site)
{
	struct hak_heap *h = hak_heap_mine;

	if (HAK_UNLIKELY(h->tag == 0) || !hak_remote_free_own(h, p))
		free_slowly(p, name, site);
}

void hak_free_sized_miss(void *p, size_t size, size_t alignment, const struct hak_caller *caller)
{
	struct hak_span *span = hak_registry_find(p);
	bool is_right = span != NULL && hak_block_can_be(span, size);

	/* An aligned block is as large as its alignment where that is more than its size. */
	if (HAK_UNLIKELY(!is_right)) {
		span = hak_block_prove(p, caller);
		if (span == NULL)
			return;
		is_right = size < alignment && span->size <= alignment;
	}
	if (HAK_LIKELY(is_right))
		hak_free_miss(p, caller->name, caller->site);
	else
		hak_report_bad_free(HAK_WRONG_SIZE, caller->name, p, hak_block_class(span), caller->site);
}
