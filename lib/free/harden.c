/* SPDX-License-Identifier: MIT */
#include "free/harden.h"

#include "base/chance.h"
#include "conf/sources.h"
#include "large/guarded.h"
#include "os/clock.h"
#include "os/page.h"
#include "region/pad.h"
#include "thread/decay.h"
#include "thread/heap.h"
#include "thread/thread.h"
#include "tiny/aside.h"
#include "tiny/remote.h"

static bool has_past; /* const once hardening has begun: there were slabs before */

static void HAK_COLD report(enum hak_verdict verdict, const void *p, const struct hak_span *span, const struct hak_caller *caller)
{
	hak_report_bad_free(verdict, caller->name, p, hak_block_class(span), caller->site);
}

/* Empties the caches, and gives free memory back so that it reads as zero. */
static void HAK_COLD leave_past(void)
{
	struct hak_cache *c = hak_thread_enter();

	hak_decay_trim(c, 0);
	hak_thread_leave(c);
}

/* Says by which seed allocations fail, so that it can be used again. */
static void HAK_COLD begin_chaos(void)
{
	struct hak_text t;
	uint64_t random;

	if (hak_options.chaos_seed == 0) {
		random = hak_os_now_fine();
		hak_store_relaxed(&hak_options.chaos_seed, (int64_t)(hak_chance_bits(&random) % HAK_CHAOS_SEED_MOST) + 1);
	}
	hak_text_open_line(&t);
	hak_text_add(&t, "hakmem: one allocation in ");
	hak_text_add_signed(&t, hak_options.chaos);
	hak_text_add(&t, " fails (chaos_seed:");
	hak_text_add_signed(&t, hak_options.chaos_seed);
	hak_text_add(&t, ")\n");
	hak_text_close(&t);
}

bool hak_harden_fails(void)
{
	static uint64_t n_counted; /* any */
	uint64_t state = (uint64_t)hak_load_relaxed(&hak_options.chaos_seed) << 32 ^ hak_add_relaxed(&n_counted, 1);

	return hak_chance_bits(&state) % (uint64_t)hak_options.chaos == 0;
}

bool hak_harden_begin(void)
{
	static uint32_t has_begun; /* any */
	uint32_t parts, none = 0;

	hak_options_ensure();
	if (hak_load_acquire(&hak_options_state) != HAK_OPTIONS_READ)
		return false;
	parts = hak_options_harden();
	if (parts != 0 && !hak_cas_acquire(&has_begun, &none, 1))
		return hak_is_hardened();
	if (parts != 0) {
		hak_store_relaxed(&hak_options.cache_cap, 0);
		hak_random_seed(hak_sources_random());
		hak_pad_start();
		hak_heap_init(&hak_aside_nothing, UINT16_MAX); /* without a tag: no free may hit */
		has_past = hak_heaps_first() != NULL;
		if (hak_options.chaos != 0)
			begin_chaos();
	}
	hak_store_release(&hak_harden, parts);
	if (parts != 0 && has_past)
		leave_past();
	return parts != 0;
}

static struct hak_cache *enter(void)
{
	struct hak_cache *c = hak_thread_enter();

	return HAK_LIKELY(c != NULL) ? c : hak_thread_start();
}

/* Through cache c of heap h; NULL: through none. */
static bool draw(struct hak_cache *c, struct hak_heap *h, unsigned sc, struct hak_slot *out)
{
	bool can_grow = true;

	for (;;) {
		if (c != NULL ? hak_cache_draw_own(c, sc, !can_grow, out) : hak_aside_draw_any(h, sc, !can_grow, out, 1) > 0)
			return true;
		if (!can_grow)
			return false;
		can_grow = hak_heaps_grow(h, sc);
	}
}

/* For a thread without a cache: from any heap. */
static bool draw_alone(unsigned sc, struct hak_slot *out)
{
	void *p = hak_thread_take_alone(sc);
	const struct hak_slab *s;

	if (p == NULL)
		return false;
	s = (const struct hak_slab *)hak_registry_find(p);
	*out = (struct hak_slot){ p, &s->live[hak_slab_idx_of(s, p)] };
	return true;
}

/* A block that the thread has drawn already. Being in the middle of a call is noted, for a signal handler, but it is not a miss: it
 * takes no lock, and nothing else is done on the way. */
static inline bool pop_drawn(unsigned sc, struct hak_slot *out)
{
	struct hak_thread *me = &hak_thread_me;
	struct hak_cache *c = me->cache;
	bool is_there;

	if (HAK_UNLIKELY(c == NULL || me->depth > 0))
		return false;
	me->depth = 1;
	__atomic_signal_fence(__ATOMIC_SEQ_CST);
	is_there = c->top[sc] > hak_load_relaxed(&c->base[sc]);
	if (HAK_LIKELY(is_there)) {
		hak_own_set(&c->top[sc], c->top[sc] - 1);
		*out = *c->top[sc];
	}
	__atomic_signal_fence(__ATOMIC_SEQ_CST);
	me->depth = 0;
	return is_there;
}

/* Prepares a block for size bytes. */
static void *prepare(struct hak_slot slot, size_t size, bool *is_clean)
{
	static const struct hak_caller caller = { "malloc", NULL };
	const struct hak_slab *s = (const struct hak_slab *)hak_registry_find(slot.block);
	size_t block = s->span.size;
	bool is_hard = s->aside != NULL;
	char *p = slot.block;

	if (HAK_UNLIKELY(hak_aside_is_closed(s))) {
		hak_aside_set_margin(s, (size_t)(slot.live - s->live), block - size);
		hak_store_release(slot.live, HAK_LIVE);
		*is_clean = true;
		return p;
	}
	*is_clean = is_hard && hak_does(HAK_HARDEN_ZERO);
	if (*is_clean && hak_load_relaxed(slot.live) != HAK_LIVE_FRESH && HAK_UNLIKELY(!hak_pad_is_zero(p, block))) {
		/* Outside of a miss already. If a handler jumps out, nobody gets this block any more: somebody writes to it. */
		report(HAK_WRITTEN_FREE, p, &s->span, &caller);
		hak_pad_clear(p, block);
	}
	/* In this order: whoever finds something written finds that it may be (hakmem_check). */
	hak_store_relaxed(slot.live, 0);
	hak_fence_release();
	if (is_hard && hak_does(HAK_HARDEN_PAD))
		hak_pad_write(p, p + size, block - size);
	/* In this order: whoever finds the block live finds its margin and its pattern. */
	hak_aside_set_margin(s, (size_t)(slot.live - s->live), block - size);
	hak_store_release(slot.live, HAK_LIVE);
	return p;
}

void *hak_harden_pop(size_t size, bool *is_clean)
{
	size_t wanted = size + (hak_does(HAK_HARDEN_PAD) ? hak_pad_least(size) : 0);
	struct hak_slot slot;

	return HAK_LIKELY(size - 1 < HAK_SHARED_MAX / 2) && pop_drawn(hak_class_of(wanted), &slot) ? prepare(slot, size, is_clean) : NULL;
}

static void *take_small(unsigned sc, size_t size, bool is_data, bool *is_clean)
{
	struct hak_slot slot;
	struct hak_cache *c;
	bool is_there;
	void *p = NULL;

	c = enter();
	if (is_data) {
		struct hak_heap *h = hak_thread_data_heap(c);

		is_there = h != NULL && draw(NULL, h, sc, &slot);
	} else {
		is_there = HAK_LIKELY(c != NULL) ? draw(c, c->heap, sc, &slot) : draw_alone(sc, &slot);
	}
	if (!is_there && hak_thread_is_nested()) {
		p = hak_guarded_take_alone(size, HAK_ALIGNMENT);
		*is_clean = true;
	}
	hak_thread_leave_untold(c);
	return is_there ? prepare(slot, size, is_clean) : p;
}

/* An inaccessible block of size 0. NULL: none can be had; others may. */
static void *take_nothing(size_t align)
{
	struct hak_cache *c = enter();
	unsigned sc = hak_class_of(align);
	struct hak_slot slot;
	bool is_there, is_clean;

	is_there = !hak_thread_is_nested() && draw(NULL, &hak_aside_nothing, sc, &slot);
	hak_thread_leave_untold(c);
	return is_there ? prepare(slot, 0, &is_clean) : NULL;
}

static void *take_large(size_t size, size_t align, bool *is_clean)
{
	struct hak_cache *c = enter();
	void *p = hak_thread_is_nested() ? hak_guarded_take_alone(size, align) : hak_guarded_take(size, align);

	hak_thread_leave_untold(c);
	*is_clean = true;
	return p;
}

void *hak_harden_take(size_t size, size_t align, bool is_data, bool *is_clean)
{
	size_t wanted = size + (hak_does(HAK_HARDEN_PAD) ? hak_pad_least(size) : 0);

	if (HAK_UNLIKELY(size == 0)) {
		void *p = hak_does(HAK_HARDEN_GUARD) && align <= hak_os_page_size() ? take_nothing(align) : NULL;

		*is_clean = true;
		if (p != NULL)
			return p;
		wanted = 1;
	}
	if (size < HAK_SHARED_MAX && align < HAK_SLICE_SIZE && hak_round_up(wanted, align) <= HAK_SHARED_MAX)
		return take_small(hak_class_of(hak_round_up(wanted, align)), size, is_data, is_clean);
	return take_large(size, align, is_clean);
}

static uint8_t *kind_of(struct hak_span *span, const void *p)
{
	struct hak_slab *s = (struct hak_slab *)span;

	return span->kind == HAK_KIND_SLAB ? &s->live[hak_slab_idx_of(s, p)] : hak_guarded_kind(span);
}

/* Was it allocated before the process was a hardened one? */
static bool is_plain(const struct hak_span *span)
{
	return span->kind == HAK_KIND_SLAB ? has_past && ((const struct hak_slab *)span)->aside == NULL : !hak_guarded_is(span);
}

void hak_harden_set_kind(void *p, uint8_t kind)
{
	struct hak_span *span = hak_registry_find(p);
	uint8_t *place = kind_of(span, p);

	if (hak_does(HAK_HARDEN_KINDS) && !is_plain(span))
		hak_store_relaxed(place, *place | kind);
}

size_t hak_harden_size(const struct hak_span *span, const void *p)
{
	const struct hak_slab *s = (const struct hak_slab *)span;

	return span->kind == HAK_KIND_SLAB ? span->size - hak_aside_margin(s, hak_slab_idx_of(s, p)) : span->size;
}

/* Must a block of this kind not be freed by the function of that name? */
static bool is_wrong_kind(uint8_t kind, const char *name, enum hak_verdict *verdict)
{
	uint8_t wanted = name == hak_name_delete ? HAK_LIVE_NEW : name == hak_name_delete_array ? HAK_LIVE_NEW_ARRAY : 0;

	kind &= HAK_LIVE_KINDS;
	*verdict = kind == 0 ? HAK_OF_MALLOC : kind == HAK_LIVE_NEW ? HAK_OF_NEW : HAK_OF_NEW_ARRAY;
	return hak_does(HAK_HARDEN_KINDS) && kind != wanted;
}

/* Is the call that frees a block wrong? */
static bool is_wrong(const struct hak_span *span, const void *p, uint8_t kind, size_t size, size_t alignment,
	const struct hak_caller *caller, enum hak_verdict *verdict)
{
	if (is_wrong_kind(kind, caller->name, verdict))
		return true;
	*verdict = HAK_WRONG_SIZE;
	return (size != HAK_SIZE_ANY && size != hak_harden_size(span, p)) || !hak_is_pow2(alignment) ||
		((uintptr_t)p & (alignment - 1)) != 0;
}

/* Do the margins of its blocks hold a pattern? */
static bool has_patterns(const struct hak_slab *s)
{
	return hak_does(HAK_HARDEN_PAD) && !hak_aside_is_closed(s);
}

static bool is_whole(const struct hak_slab *s, const char *p, size_t margin)
{
	return hak_pad_is_whole(p, p + s->span.size - margin, margin);
}

/* Around p, which was claimed. Unless the program goes on, its free is undone first: it stays as it is (D2). */
static void HAK_COLD tell_damage(struct hak_slab *s, const char *p, uint8_t was, enum hak_verdict verdict,
	const struct hak_caller *caller)
{
	if (!hak_options.on_report)
		hak_store_release(&s->live[hak_slab_idx_of(s, p)], was);
	report(verdict, p, &s->span, caller);
}

static void free_small(struct hak_slab *s, char *p, size_t size, size_t alignment, const struct hak_caller *caller)
{
	size_t idx = hak_slab_idx_of(s, p);
	struct hak_heap *h = hak_load_relaxed(&s->owner);
	unsigned sc = s->span.sc; /* once the bit is set, s may be another's */
	uint8_t was = hak_swap_ordered(&s->live[idx], 0); /* whoever comes second finds 0 */
	bool is_zero = hak_does(HAK_HARDEN_ZERO) && !hak_aside_is_closed(s);
	enum hak_verdict verdict;

	if (HAK_UNLIKELY(!hak_is_alive(was))) {
		report(HAK_DOUBLE_FREE, p, &s->span, caller);
		return;
	}
	if (HAK_UNLIKELY(is_wrong(&s->span, p, was, size, alignment, caller, &verdict))) {
		hak_store_release(&s->live[idx], was);
		report(verdict, p, &s->span, caller);
		return;
	}
	if (HAK_LIKELY(has_patterns(s))) {
		if (HAK_UNLIKELY(!is_whole(s, p, hak_aside_margin(s, idx))))
			tell_damage(s, p, was, HAK_OVERFLOW, caller);
		if (HAK_UNLIKELY(hak_aside_is_underflown(s, idx)))
			tell_damage(s, p, was, HAK_UNDERFLOW, caller);
	}
	if (HAK_UNLIKELY((was & HAK_LIVE_SAMPLED) != 0))
		hak_load_relaxed(&hak_free_watcher)(p, caller);
	if (is_zero)
		hak_pad_clear(p, s->span.size);
	hak_aside_set_margin(s, idx, 0);
	hak_fence_release(); /* the block is marked once it was cleared */
	hak_remote_push_any(s, idx, is_zero ? HAK_LIVE_ZERO : 0);
	if (hak_thread_me.cache == NULL || hak_thread_me.cache->heap != h)
		hak_free_count_sent(hak_thread_me.cache, h, sc, p);
	hak_thread_tell();
}

static void free_large(struct hak_span *span, char *p, size_t size, size_t alignment, const struct hak_caller *caller)
{
	enum hak_verdict verdict;
	struct hak_cache *c;

	if (HAK_UNLIKELY(is_wrong(span, p, *hak_guarded_kind(span), size, alignment, caller, &verdict))) {
		report(verdict, p, span, caller);
		return;
	}
	if (HAK_UNLIKELY(!hak_guarded_claim(span, p))) {
		hak_report_bad_free(HAK_DOUBLE_FREE, caller->name, p, HAK_CLASS_LARGE, caller->site);
		return;
	}
	if (HAK_UNLIKELY(!hak_guarded_is_whole(span))) {
		if (!hak_options.on_report) /* as in tell_damage() */
			hak_registry_put(p, 1, span);
		report(HAK_OVERFLOW, p, span, caller);
	}
	c = hak_thread_enter();
	if (HAK_UNLIKELY(span->is_sampled)) {
		span->is_sampled = false;
		hak_load_relaxed(&hak_free_watcher)(p, caller);
	}
	if (hak_thread_is_nested())
		hak_guarded_give_alone(span);
	else
		hak_guarded_give(span);
	hak_thread_leave(c);
}

void hak_harden_free(struct hak_span *span, void *p, size_t size, size_t alignment, const struct hak_caller *caller)
{
	if (HAK_UNLIKELY(is_plain(span))) {
		if (hak_does(HAK_HARDEN_ZERO) && span->kind == HAK_KIND_RUN)
			/* Free slices read as zero. */
			hak_os_zero(p, span->is_clean ? span->size : span->n_slices * HAK_SLICE_SIZE);
		hak_free_proved(span, p, caller);
	} else if (span->kind == HAK_KIND_SLAB) {
		free_small((struct hak_slab *)span, p, size, alignment, caller);
	} else {
		free_large(span, p, size, alignment, caller);
	}
}

static size_t margin_of(const struct hak_slab *s, const void *p)
{
	return hak_aside_margin(s, hak_slab_idx_of(s, p));
}

/* In place, unless the block is twice as large as necessary. */
static void *resize_small(struct hak_slab *s, char *p, size_t size)
{
	size_t idx = hak_slab_idx_of(s, p), block = s->span.size, old_size = block - hak_aside_margin(s, idx);
	size_t least = hak_does(HAK_HARDEN_PAD) ? hak_pad_least(size) : 0;

	if (hak_aside_is_closed(s) || size + least > block || (size + least <= block / 2 && block > HAK_ALIGNMENT))
		return NULL;
	/* In these orders: whoever checks the block meanwhile finds a pattern at least as long as its margin. */
	if (size < old_size) {
		if (hak_does(HAK_HARDEN_PAD))
			hak_pad_write(p, p + size, block - size);
		hak_aside_set_margin(s, idx, block - size);
	} else {
		hak_aside_set_margin(s, idx, block - size);
		if (hak_does(HAK_HARDEN_PAD))
			__builtin_memset(p + old_size, 0, size - old_size);
	}
	return p;
}

static void *resize_large(struct hak_span *span, char *p, size_t size)
{
	struct hak_cache *c;
	void *to = NULL;

	if (size <= HAK_SHARED_MAX / 2)
		return NULL;
	c = hak_thread_enter();
	if (!hak_thread_is_nested()) /* its own thread may hold the lock */
		to = hak_guarded_resize(span, p, size);
	hak_thread_leave(c);
	return to;
}

void *hak_harden_resize(struct hak_span *span, void *p, size_t size, const struct hak_caller *caller)
{
	struct hak_slab *s = (struct hak_slab *)span;
	enum hak_verdict verdict;
	uint8_t *kind;

	if (is_plain(span))
		return NULL;
	/* What is reported is put right, so that neither the free of the old block nor that of the new one reports it again. */
	kind = kind_of(span, p);
	if (HAK_UNLIKELY(is_wrong_kind(*kind, caller->name, &verdict))) {
		report(verdict, p, span, caller);
		hak_store_relaxed(kind, *kind & ~HAK_LIVE_KINDS);
	}
	if (HAK_UNLIKELY(span->kind == HAK_KIND_SLAB ? has_patterns(s) && !is_whole(s, p, margin_of(s, p)) :
		!hak_guarded_is_whole(span))) {
		report(HAK_OVERFLOW, p, span, caller);
		if (span->kind == HAK_KIND_SLAB)
			hak_pad_write(p, (char *)p + s->span.size - margin_of(s, p), margin_of(s, p));
		else
			hak_guarded_mend(span);
	}
	if (hak_does(HAK_HARDEN_MOVE))
		return NULL;
	return span->kind == HAK_KIND_SLAB ? resize_small(s, p, size) : resize_large(span, p, size);
}
