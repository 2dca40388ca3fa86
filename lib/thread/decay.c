/* SPDX-License-Identifier: MIT */
#include "thread/decay.h"

#include <string.h>

#include "conf/options.h"
#include "large/guarded.h"
#include "large/kept.h"
#include "large/spare.h"
#include "os/clock.h"
#include "region/huge.h"
#include "region/limit.h"
#include "region/slack.h"
#include "region/superslab.h"
#include "thread/heap.h"
#include "thread/post.h"
#include "thread/salvage.h"
#include "thread/thread.h"
#include "tiny/hole.h"
#include "tiny/sampler.h"
#include "tiny/group.h"

#define PIECE (HAK_PURGE_PIECE * HAK_SLICE_SIZE)
#define SECOND 1000 /* ms */

static uint64_t next_bite;  /* any: µs: when all bites so far will have taken their share of the time */
static uint64_t aged_at;    /* any: ms: when dirty slices were last marked aged; 0: never */
static uint64_t retry_at;   /* any: ms: memory that the kernel did not take is not tried again before this */
static uint64_t second_at;  /* any: ms: when do_each_second() last ran */
static uint64_t n_broken;   /* any: hak_huge_n_broken() when last seen */
static uint64_t held_seen;  /* any: bytes held when a limit last pressed */
static uint64_t holes_purged_at;  /* any: ms: when all holes were last purged because of a limit */

/* Threads that have missed in this second, and in the one before. */
static struct {
	uint64_t second, n, n_before; /* any */
} active;

struct hak_look hak_decay_look = { .due = UINT64_MAX };

/* ms that free memory stays; UINT64_MAX: forever. */
static uint64_t delay_now(void)
{
	int64_t delay = hak_load_relaxed(&hak_options.purge_delay);

	if (hak_load_relaxed(&hak_options.diet))
		delay /= 8;
	if (hak_limit_level() != HAK_LIMIT_BELOW && (delay < 0 || delay > HAK_PURGE_PRESSED))
		delay = HAK_PURGE_PRESSED;
	return delay >= 0 ? (uint64_t)delay : UINT64_MAX;
}

/* Is it time, and is the caller the one who does it? Whoever moves *at forward is. */
static bool claim_turn(uint64_t *at, uint64_t now, uint64_t pause)
{
	uint64_t due = hak_load_relaxed(at);

	return now >= due && hak_cas_acquire(at, &due, now + pause);
}

/* May there be one more bite? Yes, while all of them together take no more than their share of the time. */
static bool may_bite(uint64_t now)
{
	uint64_t due = hak_load_relaxed(&next_bite);
	uint64_t from = now > HAK_BITE_SAVED ? (now - HAK_BITE_SAVED) * 1000 : 0;

	return now * 1000 >= due && hak_cas_acquire(&next_bite, &due,
		(due > from ? due : from) + HAK_BITE_SHARE * (uint64_t)(HAK_BITE_NS / 1000));
}

/* Is there free memory to give back, now or later? */
static bool is_something_free(void)
{
	if (hak_slack_now() > 0)
		return true;
	for (struct hak_heap *h = hak_heaps_first(); h != NULL; h = hak_load_acquire(&h->next))
		if (hak_hole_is_due_any(h) || hak_heap_is_pending_any(h))
			return true;
	return false;
}

static bool has_time_left(void *end)
{
	return hak_os_now_fine() < *(const uint64_t *)end;
}

static bool is_always(void *unused)
{
	(void)unused;
	return true;
}

/* If huge pages were broken up, holes that were kept for their sake may go. */
static bool requeue_kept_holes(void)
{
	uint64_t seen = hak_load_relaxed(&n_broken), now = hak_huge_n_broken();

	if (seen == now || !hak_cas_acquire(&n_broken, &seen, now))
		return false;
	hak_hole_tell_kept();
	return true;
}

/* Does what is due once a second. */
static void do_each_second(uint64_t now)
{
	if (!claim_turn(&second_at, now, SECOND))
		return;
	hak_salvage_frees();
	hak_slack_age();
	hak_thread_cool(false);
	for (struct hak_heap *h = hak_heaps_first(); h != NULL; h = hak_load_acquire(&h->next))
		hak_heap_tidy_any(h);
	requeue_kept_holes();
}

/* Purges slices and mappings: what exceeds the slack, then what has aged. */
static size_t purge_slices(uint64_t now, uint64_t delay, size_t n_bytes)
{
	uint64_t marked = hak_load_relaxed(&aged_at);
	size_t n_over = hak_slack_over(0);
	size_t n = 0;

	if (now >= hak_load_relaxed(&retry_at)) {
		if (n_over > 0)
			n = hak_superslab_purge(HAK_PURGE_SLACK, n_over < n_bytes ? n_over : n_bytes);
		if (n == 0 && now >= marked + delay && marked != 0)
			n = hak_superslab_purge(HAK_PURGE_AGED, n_bytes);
		if (n == 0 && hak_superslab_is_refused())
			hak_store_relaxed(&retry_at, now + HAK_PURGE_RETRY);
	}
	if (n == 0)
		n = hak_kept_purge(n_over > 0 ? 0 : delay, n_bytes, PIECE) + hak_spare_purge(delay);
	if (n == 0 && now >= marked + delay && hak_cas_acquire(&aged_at, &marked, now))
		hak_superslab_age();
	return n;
}

static void purge_holes(uint64_t now, uint64_t delay, bool (*has_time)(void *), void *arg)
{
	for (struct hak_heap *h = hak_heaps_first(); h != NULL; h = hak_load_acquire(&h->next))
		hak_hole_purge_any(h, now, delay, false, has_time, arg);
}

static void take_bite(uint64_t now, uint64_t delay)
{
	uint64_t end = hak_os_now_fine() + HAK_BITE_NS;

	do_each_second(now);
	while (has_time_left(&end) && purge_slices(now, delay, PIECE / 4) > 0)
		;
	purge_holes(now, delay, has_time_left, &end);
}

/* Works out how idle the thread is, and how many tokens it gets (Y2). */
static void count_tokens_own(struct hak_cache *c, uint64_t now)
{
	uint64_t rest = c->looked_at != 0 ? now - c->looked_at : 0;
	uint64_t n = c->n_tokens > 0 ? c->n_tokens - 1 + rest * HAK_REST_PER_MS : 0;
	uint64_t n_natural = c->n_refills + c->n_flushes;
	/* No more often than a fraction of the misses that happen anyway. */
	bool is_tick = now != c->probed_at && (rest >= HAK_REST_MS || n_natural - c->probed_n >= HAK_REST_EVERY);
	bool is_new, is_flushed;

	if (now != c->looked_at)
		c->n_new = c->n_flushed = 0;
	is_new = c->is_new && c->n_new++ < HAK_REST_SIGNS;
	is_flushed = c->is_flushed && c->n_flushed++ < HAK_REST_SIGNS;
	c->looked_at = now;
	if (!is_something_free()) {
		c->n_tokens = 0;
		return;
	}
	if (is_tick || is_new)
		memset(c->n_again, 0, sizeof c->n_again);
	if (n == 0 && (c->n_tokens > 0 || is_flushed)) {
		hak_cache_raise_all_own(c);
	} else if (n == 0 && c->back != 0 && c->n_again[c->back - 1] < HAK_REST_AGAIN) {
		hak_cache_raise_own(c, c->back - 1U);
		c->n_again[c->back - 1]++;
	}
	if (n == 0 && (is_tick || is_new)) {
		c->probed_at = now;
		c->probed_n = n_natural;
		n = HAK_REST_PROBE;
	}
	c->n_tokens = n < HAK_REST_TOKENS ? (uint32_t)n : HAK_REST_TOKENS;
}

/* By turns. */
void hak_decay_tell_others(const struct hak_cache *own, uint64_t now)
{
	static uint64_t told_at;       /* any: ms: when it may be done again */
	static struct hak_cache *last; /* any: NULL: none yet */
	struct hak_cache *c = hak_load_relaxed(&last);

	if (!claim_turn(&told_at, now, HAK_REST_TELL_PAUSE) || !is_something_free())
		return;
	for (unsigned i = 0; i < HAK_REST_TOLD; i++) {
		c = hak_load_acquire(c != NULL ? &c->next : &hak_cache_none.next);
		if (c != NULL && c != own)
			hak_cache_tell_any(c);
	}
	hak_store_relaxed(&last, c);
}

static void clear_signs_own(struct hak_cache *c)
{
	c->is_new = c->is_flushed = false;
	c->back = 0;
}

/* Counts the thread as one that has missed in this second. One that hardly allocates, such as a program's first that only
 * starts the others, would take as large a share of the budget as these. */
static void count_active_own(struct hak_cache *c, uint64_t now)
{
	uint64_t second = now / SECOND, seen = hak_load_relaxed(&active.second);

	if (c->active_in == second || c->n_misses - c->n_before < HAK_BUDGET_MISSES)
		return;
	c->active_in = second;
	if (seen != second && hak_cas_acquire(&active.second, &seen, second)) {
		hak_store_relaxed(&active.n_before, seen + 1 == second ? hak_load_relaxed(&active.n) : 0);
		hak_store_relaxed(&active.n, 0);
	}
	hak_add_relaxed(&active.n, 1);
}

/* Threads that share the budget: those that were active lately, some of which may have ended. */
static uint64_t n_sharing(void)
{
	uint64_t n = hak_load_relaxed(&active.n), n_before = hak_load_relaxed(&active.n_before);
	struct hak_thread_stats stats;

	hak_thread_stats_get(&stats);
	n = n > n_before ? n : n_before;
	return n < stats.n_threads ? n : stats.n_threads;
}

/* Adjusts the budget, if it would change by more than an eighth. */
static void settle_budget_own(struct hak_cache *c)
{
	size_t most = hak_heaps_budget(n_sharing(), c->n_bytes, c->n_misses - c->n_before);

	if (most > c->n_most + c->n_most / 8 || most < c->n_most - c->n_most / 8)
		hak_cache_limit_own(c, most);
}

static void purge_all_slices(void)
{
	for (struct hak_heap *h = hak_heaps_first(); h != NULL; h = hak_load_acquire(&h->next))
		hak_heap_cool_any(h, true);
	if (hak_kept_purge(0, SIZE_MAX, SIZE_MAX) + hak_spare_purge(0) + hak_superslab_purge(HAK_PURGE_ALL, SIZE_MAX) > 0)
		hak_limit_count_press();
}

/* Acquire: pairs with whoever made it due. */
static void look(uint64_t now)
{
	if (HAK_UNLIKELY(now >= hak_load_acquire(&hak_decay_look.due)))
		hak_decay_look.look(now);
}

void hak_decay_step_own(struct hak_cache *c)
{
	uint64_t now = hak_os_now();
	uint64_t delay = delay_now();

	look(now);
	count_active_own(c, now);
	c->n_slices_seen = c->n_slices_given;
	if (c->n_misses % HAK_BUDGET_MISSES == 0)
		settle_budget_own(c);
	if (c->n_misses >= c->post_at)
		hak_post_look_own(c, now);
	if (delay == UINT64_MAX) {
		c->n_tokens = 0;
		clear_signs_own(c);
		return;
	}
	if (now - c->swept_at >= delay && now - c->swept_at >= SECOND / 4) {
		c->swept_at = now;
		hak_cache_sweep_own(c);
	}
	count_tokens_own(c, now);
	hak_decay_tell_others(c, now);
	clear_signs_own(c);
	if (!may_bite(now))
		return;
	if (HAK_UNLIKELY(hak_limit_level() != HAK_LIMIT_BELOW))
		purge_all_slices();
	take_bite(now, delay);
}

/* Purges all holes in all heaps. */
static size_t purge_all_holes(uint64_t now)
{
	size_t n_bytes = 0;

	hak_salvage_frees();
	do {
		for (struct hak_heap *h = hak_heaps_first(); h != NULL; h = hak_load_acquire(&h->next)) {
			hak_heap_collect_any(h);
			if (hak_is_hardened()) /* the first one holds what the second frees */
				hak_heap_collect_any(h);
			n_bytes += hak_hole_purge_any(h, now, 0, true, is_always, NULL);
		}
	} while (requeue_kept_holes());
	return n_bytes;
}

void hak_decay_run(bool is_short)
{
	uint64_t now = hak_os_now(), delay = delay_now();

	hak_thread_enter();
	if (is_short && claim_turn(&holes_purged_at, now, HAK_PURGE_DELAY))
		purge_all_holes(now);
	if (is_short || hak_limit_level() != HAK_LIMIT_BELOW)
		purge_all_slices();
	if (delay != UINT64_MAX) {
		do_each_second(now);
		while (purge_slices(now, delay, SIZE_MAX) > 0)
			;
		purge_holes(now, delay, is_always, NULL);
	}
	hak_thread_leave(NULL);
	look(now);
}

void hak_decay_press(void)
{
	uint64_t held = hak_limit_held();

	/* Nothing has changed since the last call: purging would not help. */
	if (held == hak_load_relaxed(&held_seen))
		return;
	purge_all_slices();
	/* Holes: worth it only once in a while. */
	if (hak_limit_level() == HAK_LIMIT_BRINK && claim_turn(&holes_purged_at, hak_os_now(), HAK_LIMIT_LOOK))
		purge_all_holes(hak_os_now());
	hak_store_relaxed(&held_seen, hak_limit_held());
}

size_t hak_decay_trim(struct hak_cache *c, size_t target)
{
	size_t n_bytes;

	if (hak_thread_is_nested())
		return 0; /* the interrupted thread may hold any lock */
	if (c != NULL)
		hak_cache_flush_own(c);
	hak_thread_cool(true);
	if (target > 0 && hak_slack_now() <= target)
		return 0;
	n_bytes = purge_all_holes(hak_os_now());
	hak_group_trim();
	n_bytes += hak_kept_purge(0, SIZE_MAX, SIZE_MAX) + hak_guarded_trim();
	return n_bytes + hak_superslab_purge(HAK_PURGE_ALL, SIZE_MAX);
}
