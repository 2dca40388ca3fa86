/* SPDX-License-Identifier: MIT */
#include "thread/sleep.h"

#include "base/atomic.h"
#include "base/bits.h"
#include "conf/limits.h"
#include "os/look.h"
#include "thread/hold.h"
#include "tiny/cache.h"

/* All functions that are marked HAK_HIT; the linker's. */
extern const char __start_hak_hit_text[] HAK_HIDDEN;
extern const char __stop_hak_hit_text[] HAK_HIDDEN;

/* The section is there, too, in a program that is linked with no pop. */
static void HAK_HIT HAK_USED mark_section(void)
{
}

static bool is_worth_it(const struct hak_heap *h)
{
	size_t n_bytes = 0;

	for (unsigned sc = 0; sc < HAK_N_CLASSES && n_bytes <= HAK_SLEEP_LEAST; sc++)
		n_bytes += hak_cache_count_any(h, sc) * hak_class_size(sc);
	return n_bytes > HAK_SLEEP_LEAST;
}

bool hak_sleep_is_due(struct hak_heap *h, bool at_once)
{
	uintptr_t tops = 0;

	if (hak_load_relaxed(&h->tid) == 0)
		return false;
	if (at_once)
		return is_worth_it(h);
	for (unsigned sc = 0; sc < HAK_N_CLASSES; sc++)
		tops += (uintptr_t)hak_load_relaxed(&h->top[sc]);
	if (tops != h->tops_looked) {
		h->tops_looked = tops;
		h->n_rests = 0;
		return false;
	}
	return h->n_rests < UINT32_MAX && hak_is_pow2(++h->n_rests) && is_worth_it(h);
}

static bool is_below(uintptr_t p, uintptr_t stack_end)
{
	return p < stack_end && stack_end - p <= HAK_SLEEP_STACK;
}

/* The end of the stack that sp lies on, if it is the thread's own, or the first thread's, and near; else 0. Where the
 * thread has seen itself is no less near: in an emulator /proc tells of the emulator's stacks. */
static uintptr_t find_stack_end(const struct hak_heap *h, uintptr_t sp)
{
	uintptr_t ends[2] = { hak_load_relaxed(&h->stack_end), hak_look_first_stack() };

	for (unsigned i = 0; i < 2; i++)
		if (is_below(sp, ends[i]) && is_below(hak_load_relaxed(&h->stack_at), ends[i]))
			return ends[i];
	return 0;
}

/* No pop was interrupted to sleep: neither by a handler on this stack (Z1), nor by one further down that a handler on a
 * signal stack within this one has interrupted: that would have left the other's sp here (Z3). */
static bool is_out_of_pops(const struct hak_heap *h, const struct hak_look *look)
{
	const struct hak_look_range ranges[2] = {
		{ (uintptr_t)__start_hak_hit_text, (uintptr_t)__stop_hak_hit_text },
		{ look->sp - HAK_SLEEP_STACK, look->sp },
	};
	uintptr_t end = find_stack_end(h, look->sp);

	return end != 0 && (look->pc < ranges[0].low || look->pc >= ranges[0].high) &&
		hak_look_is_free_of(look->sp, end, ranges);
}

/* Steps 3 to 5. The barriers: what the thread wrote before it slept is visible here, and base is to the thread before
 * again looks. */
static size_t empty_claimed(struct hak_heap *h, struct hak_look *look)
{
	void **was[HAK_N_CLASSES];

	hak_cache_raise_any(h, was);
	/* ThreadSanitizer does not know that what was before a sleep is before whatever has seen it. */
	if (!HAK_TSAN && hak_hold_barrier() && hak_look_again(look))
		return hak_cache_flush_raised_own(h, was);
	hak_cache_lower_any(h, was);
	return 0;
}

size_t hak_sleep_empty(struct hak_heap *h)
{
	uint32_t tid = hak_load_relaxed(&h->tid);
	struct hak_look look;
	size_t n = 0;

	if (tid == 0 || hak_load_relaxed(&h->is_busy) || !hak_look_open(&look, tid))
		return 0;
	if (is_out_of_pops(h, &look) && hak_hold_claim(h)) {
		if (hak_load_relaxed(&h->tid) == tid) /* the heap has not changed hands: that would take the hold */
			n = empty_claimed(h, &look);
		hak_hold_unclaim(h);
	}
	hak_look_close(&look);
	return n;
}
