/* SPDX-License-Identifier: MIT */
#include "tiny/cache.h"

#include <string.h>

#include "base/probe.h"
#include "conf/options.h"
#include "region/meta.h"
#include "tiny/aside.h"
#include "tiny/flush.h"
#include "tiny/remote.h"
#include "tiny/sampler.h"
#include "tiny/slab.h"

__thread struct hak_cache *hak_cache_mine __attribute__((tls_model("initial-exec"))) = &hak_cache_none;
struct hak_cache hak_cache_none = { .tag = HAK_TAG_WITHOUT_WORDS };
uint64_t hak_cache_claimed;

void hak_cache_init_own(struct hak_cache *c)
{
	for (unsigned i = 1; i < sizeof c->class_of; i++)
		c->class_of[i] = (uint8_t)hak_class_of(i);
}

size_t hak_cache_count_any(const struct hak_cache *c, unsigned sc)
{
	struct hak_slot *top = hak_load_relaxed(&c->top[sc]);
	struct hak_slot *array = hak_load_relaxed(&c->array[sc]);

	/* Another thread can read this while the owner changes arrays. */
	return top > array && top - array <= HAK_TINY_CACHE_CAP ? (size_t)(top - array) : 0;
}

/* How much of a class is raised: nothing, half, seven eighths, all of it. Each miss takes it one step down. */
enum { LOWERED, RAISED_HALF, RAISED_MOST, RAISED_WHOLE };

static unsigned n_cached(const struct hak_cache *c, unsigned sc)
{
	return (unsigned)(c->top[sc] - c->array[sc]);
}

static size_t slot_bytes(unsigned sc)
{
	return hak_class_size(sc) + sizeof(struct hak_slot);
}

static void claim_own(struct hak_cache *c, size_t n_bytes)
{
	hak_add_relaxed(&hak_cache_claimed, (uint64_t)n_bytes - c->n_bytes);
	c->n_bytes = n_bytes;
}

static unsigned cap_now(void)
{
	unsigned cap = HAK_TINY_CACHE_CAP;

	if (cap > (unsigned)hak_options.cache_cap)
		cap = (unsigned)hak_options.cache_cap;
	return hak_load_relaxed(&hak_options.diet) && cap > HAK_CACHE_DIET ? HAK_CACHE_DIET : cap;
}

/* Gives class sc's cache an array of n slots, with the blocks it has; n is at least their number. */
static bool resize_own(struct hak_cache *c, unsigned sc, unsigned n)
{
	struct hak_slot *old = c->array[sc], *array = NULL;
	unsigned n_old = c->n_slots[sc], n_blocks = n_cached(c, sc);

	HAK_ASSERT(n >= n_blocks);
	if (n > 0) {
		array = hak_meta_take(n * sizeof *array);
		if (array == NULL)
			return false;
		if (n_blocks > 0)
			memmove(array, old, n_blocks * sizeof *array);
	}
	/* In this order: whoever reads them meanwhile (statistics, a forked child) sees no blocks, or too few. */
	hak_own_set(&c->top[sc], NULL);
	hak_store_release(&c->array[sc], array);
	c->raised[sc] = LOWERED;
	hak_sampler_set_floor_own(c, sc, array);
	hak_own_set(&c->n_slots[sc], (uint16_t)n);
	hak_own_set(&c->limit[sc], n > 0 ? array + n : NULL);
	hak_store_release(&c->top[sc], n > 0 ? array + n_blocks : NULL);
	claim_own(c, c->n_bytes + (n - (size_t)n_old) * slot_bytes(sc));
	if (n_old > 0)
		hak_meta_give(old, n_old * sizeof *old);
	return true;
}

/* Blocks below the base where so much of the class is raised; of two or more, one is not. */
static unsigned n_raised(const struct hak_cache *c, unsigned sc, unsigned raised)
{
	unsigned n = n_cached(c, sc);

	return raised == RAISED_HALF ? (n + 1) / 2 : n * 7 / 8;
}

/* The next pop that gets to these blocks misses. */
static void raise_part_own(struct hak_cache *c, unsigned sc, uint8_t raised)
{
	c->raised[sc] = raised;
	hak_sampler_set_floor_own(c, sc, c->array[sc] + n_raised(c, sc, raised));
}

void hak_cache_raise_own(struct hak_cache *c, unsigned sc)
{
	hak_sampler_set_floor_own(c, sc, c->top[sc]);
	hak_own_set(&c->limit[sc], c->top[sc]);
}

/* The next pop or push misses. */
static void raise_whole_own(struct hak_cache *c, unsigned sc)
{
	c->raised[sc] = RAISED_WHOLE;
	hak_cache_raise_own(c, sc);
}

void hak_cache_raise_all_own(struct hak_cache *c)
{
	for (unsigned sc = 0; sc < HAK_N_CLASSES; sc++)
		hak_cache_raise_own(c, sc);
}

void hak_cache_tell_any(struct hak_cache *c)
{
	for (unsigned sc = 0; sc < HAK_N_CLASSES; sc++)
		hak_store_relaxed(&c->base[sc], HAK_ALWAYS_MISS);
}

/* Behind the class's last slot. */
static struct hak_slot *end_of(const struct hak_cache *c, unsigned sc)
{
	return c->n_slots[sc] > 0 ? c->array[sc] + c->n_slots[sc] : NULL;
}

static void lower_own(struct hak_cache *c, unsigned sc)
{
	c->raised[sc] = LOWERED;
	hak_sampler_set_floor_own(c, sc, c->array[sc]);
	hak_own_set(&c->limit[sc], end_of(c, sc));
}

/* A miss of class sc. */
static void settle_own(struct hak_cache *c, unsigned sc)
{
	if (hak_sampler_floor_own(c, sc) != c->array[sc] || c->limit[sc] != end_of(c, sc) || hak_sampler_is_told_own(c, sc))
		c->back = (uint8_t)(sc + 1);
	if (c->raised[sc] > RAISED_HALF && n_cached(c, sc) > 1) {
		hak_own_set(&c->limit[sc], end_of(c, sc));
		raise_part_own(c, sc, c->raised[sc] - 1);
	} else {
		lower_own(c, sc);
	}
}

/* Flushes the n blocks of class sc that were cached for longest. */
static void give_oldest_own(struct hak_cache *c, unsigned sc, unsigned n)
{
	struct hak_slot *array = c->array[sc];
	unsigned n_left = n_cached(c, sc) - n;

	/* Meanwhile the class counts as empty: a block that was flushed may be in another cache before we are done, and a
	 * forked child that salvages this cache must not find it here. */
	lower_own(c, sc);
	hak_own_set(&c->top[sc], array);
	hak_flush_own(c, sc, array, n);
	memmove(array, array + n, n_left * sizeof *array);
	hak_store_release(&c->top[sc], array + n_left);
}

static void drop_class_own(struct hak_cache *c, unsigned sc)
{
	if (n_cached(c, sc) > 0)
		give_oldest_own(c, sc, n_cached(c, sc));
	resize_own(c, sc, 0);
}

/* Flushes what class sc has left idle since it was raised: everything, the array too, or the part of it that was raised. */
static void drop_idle_own(struct hak_cache *c, unsigned sc)
{
	if (c->raised[sc] == LOWERED)
		return;
	if (c->raised[sc] == RAISED_WHOLE || n_cached(c, sc) == 0)
		drop_class_own(c, sc);
	else if (n_raised(c, sc, c->raised[sc]) > 0)
		give_oldest_own(c, sc, n_raised(c, sc, c->raised[sc]));
}

/* Looks at the next class, unless it is sc. The class then misses only when its lower half is needed, or it is full. */
static void trim_next_class_own(struct hak_cache *c, unsigned sc)
{
	unsigned at = (c->class_looked + 1U) % HAK_N_CLASSES;

	c->class_looked = (uint8_t)at;
	if (at == 0) /* once around: another look now would find all in use, and make them miss */
		c->look_at = c->n_misses + HAK_CACHE_PAUSE;
	if (at == sc || c->n_slots[at] == 0)
		return;
	drop_idle_own(c, at);
	if (c->n_slots[at] > 0)
		raise_part_own(c, at, RAISED_HALF);
}

/* Where one class grows, the program may be done with another: what was not used since the last look goes altogether. */
static void drop_left_classes_own(struct hak_cache *c, unsigned sc)
{
	for (unsigned i = 0; i < HAK_CACHE_LOOKS_LEFT; i++) {
		unsigned at = c->class_left = (uint8_t)((c->class_left + 1U) % HAK_N_CLASSES);

		if (at == sc || c->n_slots[at] == 0)
			continue;
		if (c->raised[at] == RAISED_WHOLE)
			drop_class_own(c, at);
		else
			raise_whole_own(c, at);
	}
}

/* Trims idle classes until n_bytes more can be claimed. */
static void trim_rested_own(struct hak_cache *c, unsigned sc, size_t n_bytes)
{
	for (unsigned i = 0; i < HAK_CACHE_LOOKS && c->n_bytes + n_bytes > c->n_most && c->n_misses >= c->look_at; i++)
		trim_next_class_own(c, sc);
}

/* Slots of class sc's first array. */
static unsigned first_slots(const struct hak_cache *c, unsigned sc)
{
	size_t n = c->n_most / HAK_CACHE_FIRST_RATIO / slot_bytes(sc);

	if (hak_class_is_single(sc))
		return 1;
	return n < HAK_CACHE_FIRST_LEAST ? HAK_CACHE_FIRST_LEAST :
		n < HAK_CACHE_FIRST_MOST ? (unsigned)n : HAK_CACHE_FIRST_MOST;
}

/* May class sc's array grow now? If one slot is much memory, the array must have been full before it was empty. */
static bool may_grow_own(struct hak_cache *c, unsigned sc, bool is_full)
{
	bool was_full = c->is_filling[sc];

	c->is_filling[sc] = is_full;
	return !hak_class_is_single(sc) || (is_full ? c->n_slots[sc] == 0 : was_full);
}

/* Doubles the slots of class sc, as far as cap and budget allow. The more of the budget is claimed, the more often the
 * class must have missed. False: no more slots. */
static bool grow_own(struct hak_cache *c, unsigned sc, bool is_full)
{
	unsigned n = c->n_slots[sc], cap, wanted;

	if (!may_grow_own(c, sc, is_full))
		return false;
	if (HAK_UNLIKELY(c->n_misses - c->window_at >= HAK_CACHE_WINDOW)) {
		c->window_at = c->n_misses;
		memset(c->n_missed, 0, sizeof c->n_missed);
	}
	if (c->n_missed[sc] < UINT8_MAX - HAK_CACHE_SINGLE)
		c->n_missed[sc] += hak_class_is_single(sc) ? HAK_CACHE_SINGLE : 1;
	if (n > 0 && c->n_missed[sc] * (uint64_t)c->n_most < HAK_CACHE_EVIDENCE * (uint64_t)c->n_bytes)
		return false;
	c->n_missed[sc] = 0;
	cap = cap_now();
	wanted = n > 0 ? 2 * n : first_slots(c, sc);
	if (wanted > cap)
		wanted = cap;
	if (wanted <= n)
		return false;
	if (c->n_bytes + (wanted - n) * slot_bytes(sc) > c->n_most) {
		size_t n_left;

		trim_rested_own(c, sc, (wanted - n) * slot_bytes(sc));
		n_left = c->n_most > c->n_bytes ? (c->n_most - c->n_bytes) / slot_bytes(sc) : 0;
		if (n_left < wanted - n)
			wanted = n + (unsigned)n_left;
	} else if (n > 0) {
		drop_left_classes_own(c, sc);
	}
	c->is_new = c->is_new || n == 0;
	return wanted > n && resize_own(c, sc, wanted);
}

static struct hak_slot pop_own(struct hak_cache *c, unsigned sc)
{
	hak_own_set(&c->top[sc], c->top[sc] - 1);
	return *c->top[sc];
}

void *hak_cache_hand_out(struct hak_slot slot, unsigned sc)
{
	if (HAK_UNLIKELY((hak_load_relaxed(slot.live) & ~HAK_LIVE_FREE) != 0 || (hak_class_is_single(sc) && !hak_slab_has_hit(slot, sc)))) {
		hak_report_late(HAK_DOUBLE_FREE, slot.block, hak_class_size(sc));
		return NULL;
	}
	hak_own_set(slot.live, HAK_LIVE);
	return slot.block;
}

/* Pops a block that is not live: one that is was freed by two threads. NULL: there is none. */
static void *pop_sound_own(struct hak_cache *c, unsigned sc)
{
	void *p = NULL;

	while (p == NULL && c->top[sc] > hak_sampler_floor_own(c, sc))
		p = hak_cache_hand_out(pop_own(c, sc), sc);
	return p;
}

/* Takes up to n blocks from open slabs to out; none from a second empty slab, which may go. */
static unsigned take_locked(struct hak_heap *h, unsigned sc, struct hak_slot *out, unsigned n)
{
	struct hak_bin *bin = &h->bin[sc];
	unsigned n_taken = 0;

	while (n_taken < n && !hak_list_is_empty(&bin->open)) {
		struct hak_slab *s = HAK_MEMBER(bin->open.next, struct hak_slab, link);

		if (n_taken > 0 && s->n_free == s->n_blocks)
			break;
		n_taken += hak_slab_take_locked(h, s, out + n_taken, n - n_taken);
	}
	return n_taken;
}

unsigned hak_cache_take_any(struct hak_heap *h, unsigned sc, struct hak_slot *out, unsigned n)
{
	struct hak_after after = { .gone = NULL };

	hak_heap_lock(h);
	hak_remote_collect_class_locked(h, sc, &after);
	n = take_locked(h, sc, out, n);
	hak_heap_unlock(h);
	hak_slab_finish(&after);
	return n;
}

bool hak_cache_try_take_any(struct hak_heap *h, unsigned sc, struct hak_slot *out)
{
	bool is_there;

	if (!hak_heap_try_lock(h))
		return false;
	is_there = take_locked(h, sc, out, 1) == 1;
	hak_heap_unlock(h);
	return is_there;
}

void *hak_cache_refill_own(struct hak_cache *c, unsigned sc)
{
	struct hak_slot one, *floor;
	unsigned n = hak_class_batch(sc);
	void *p = NULL;

	if (n > (c->n_slots[sc] + 1U) / 2)
		n = (c->n_slots[sc] + 1U) / 2;
	c->is_straight = true;
	floor = hak_sampler_floor_own(c, sc);
	while (p == NULL && n == 0 && hak_cache_take_any(c->heap, sc, &one, 1) > 0)
		p = hak_cache_hand_out(one, sc);
	while (p == NULL && n > 0 && (n = hak_cache_take_any(c->heap, sc, floor, n)) > 0) {
		hak_own_set(&c->top[sc], floor + n);
		p = pop_sound_own(c, sc);
	}
	if (HAK_LIKELY(p != NULL))
		HAK_PROBE_3(refill, hak_class_size(sc), c->n_slots[sc], p);
	return p;
}

void *hak_cache_take_own(struct hak_cache *c, unsigned sc)
{
	void *p;

	c->is_straight = false;
	/* Otherwise the miss was forced, or the thread was told of a sampler that is gone again (Z3). */
	if (c->top[sc] <= hak_sampler_floor_own(c, sc) || hak_sampler_is_told_own(c, sc))
		settle_own(c, sc);
	p = pop_sound_own(c, sc);
	if (p != NULL)
		return p;
	hak_own_add(&c->n_refills, 1);
	grow_own(c, sc, false);
	return hak_cache_refill_own(c, sc);
}

/* With room for them in the cache, draws some at once; otherwise one. Returns how many. */
static unsigned draw_more_own(struct hak_cache *c, unsigned sc, bool at_any_price, struct hak_slot *one)
{
	unsigned most = hak_load_relaxed(&hak_options.diet) ? HAK_CACHE_DIET : HAK_DRAW_MOST;
	unsigned few = HAK_DRAW_BYTES / (unsigned)hak_class_size(sc), n = few < most ? few : most;

	if (n < 2 || (c->n_slots[sc] < n && (c->n_bytes + n * slot_bytes(sc) > c->n_most || !resize_own(c, sc, n))))
		return hak_aside_draw_any(c->heap, sc, at_any_price, one, 1);
	lower_own(c, sc);
	n = hak_aside_draw_any(c->heap, sc, at_any_price, c->array[sc], n);
	hak_own_set(&c->top[sc], c->array[sc] + n);
	return n;
}

bool hak_cache_draw_own(struct hak_cache *c, unsigned sc, bool at_any_price, struct hak_slot *out)
{
	if (c->top[sc] == c->array[sc] && draw_more_own(c, sc, at_any_price, out) == 0)
		return false;
	if (c->top[sc] > c->array[sc])
		*out = pop_own(c, sc);
	return true;
}

void hak_cache_put_own(struct hak_cache *c, unsigned sc, void *p, uint8_t *live)
{
	struct hak_slot slot = { p, live };

	if (c->top[sc] >= c->limit[sc])
		settle_own(c, sc);
	if (c->top[sc] == c->limit[sc] && !grow_own(c, sc, true)) {
		/* The older half goes: it is the coldest. */
		unsigned n = (c->n_slots[sc] + 1) / 2;

		if (n == 0) {
			hak_flush_own(c, sc, &slot, 1);
			return;
		}
		give_oldest_own(c, sc, n);
		c->is_flushed = c->is_flushed || n >= HAK_REST_FLUSH;
		if (c->n_slots[sc] > cap_now()) { /* the cap was lowered */
			drop_class_own(c, sc);
			hak_cache_put_own(c, sc, p, live);
			return;
		}
	}
	*c->top[sc] = slot;
	hak_own_set(&c->top[sc], c->top[sc] + 1);
}

void hak_cache_sweep_own(struct hak_cache *c)
{
	for (unsigned sc = 0; sc < HAK_N_CLASSES; sc++) {
		drop_idle_own(c, sc);
		if (c->n_slots[sc] > 0)
			raise_whole_own(c, sc);
	}
}

void hak_cache_limit_own(struct hak_cache *c, size_t n_most)
{
	c->n_most = n_most;
	/* What is idle first, then the largest classes. */
	if (c->n_bytes > n_most)
		hak_cache_sweep_own(c);
	for (unsigned i = 1; c->n_bytes > n_most && i <= HAK_N_CLASSES; i++)
		if (c->n_slots[HAK_N_CLASSES - i] > 0)
			drop_class_own(c, HAK_N_CLASSES - i);
}

void hak_cache_flush_own(struct hak_cache *c)
{
	for (unsigned sc = 0; sc < HAK_N_CLASSES; sc++)
		if (c->n_slots[sc] > 0)
			drop_class_own(c, sc);
}

/* The thread may have been at any point: check each slot, and put its block back only if it is neither live nor free. */
static void salvage_class(struct hak_cache *c, unsigned sc, struct hak_after *after)
{
	struct hak_heap *h = c->heap;

	for (struct hak_slot *slot = c->array[sc]; slot < c->top[sc]; slot++) {
		struct hak_slab *s = (struct hak_slab *)hak_registry_find(slot->block);
		size_t idx;

		if (!hak_flush_is_of((const struct hak_span *)s, h, sc, *slot))
			continue;
		idx = hak_slab_block_idx(s, slot->block);
		if (idx < s->n_blocks && !hak_is_alive(hak_load_relaxed(&s->live[idx])) && !hak_bit_is_set(s->bits, (unsigned)idx))
			hak_slab_put_locked(h, s, (unsigned)idx / HAK_WORD_BITS, (uint64_t)1 << idx % HAK_WORD_BITS, after);
	}
}

HAK_COLD void hak_cache_salvage_own(struct hak_cache *c)
{
	struct hak_after after = { .gone = NULL };

	hak_heap_lock(c->heap);
	for (unsigned sc = 0; sc < HAK_N_CLASSES; sc++)
		if (c->array[sc] <= c->top[sc] && c->top[sc] <= end_of(c, sc))
			salvage_class(c, sc, &after);
	hak_heap_unlock(c->heap);
	hak_slab_finish(&after);
	for (unsigned sc = 0; sc < HAK_N_CLASSES; sc++) {
		hak_own_set(&c->top[sc], c->array[sc]);
		if (!c->is_busy && c->n_slots[sc] > 0)
			resize_own(c, sc, 0);
		/* Otherwise the array is lost: its thread may have been giving it back. */
		hak_own_set(&c->top[sc], NULL);
		hak_sampler_set_floor_own(c, sc, NULL);
		hak_own_set(&c->base[sc], c->sampler != NULL ? HAK_ALWAYS_MISS : NULL);
		hak_own_set(&c->array[sc], NULL);
		hak_own_set(&c->limit[sc], NULL);
		hak_own_set(&c->n_slots[sc], 0);
	}
	claim_own(c, 0);
	c->is_busy = false;
}
