/* SPDX-License-Identifier: MIT */
#include "thread/decay.h"

#include <limits.h>

#include "base/atomic.h"
#include "conf/limits.h"
#include "conf/options.h"
#include "large/large.h"
#include "os/clock.h"
#include "os/fork.h"
#include "os/lock.h"
#include "os/look.h"
#include "os/thread.h"
#include "region/huge.h"
#include "region/limit.h"
#include "region/superslab.h"
#include "thread/heap.h"
#include "thread/hold.h"
#include "thread/sleep.h"
#include "tiny/hole.h"
#include "tiny/remote.h"

#define ACTIVE_STEPS 4  /* steps between two looks at a heap that is in use */
#define RESTING_LOOKS 3 /* looks at a heap that has come to rest */
#define LEAST_SLEEP 10 /* ms between two steps */
#define N_IDLE_STEPS 3 /* steps with nothing to do, after which the thread ends */

static struct hak_lock lock = HAK_LOCK(HAK_RANK_PURGER);
static uint64_t next_step; /* any: ms; 0 before the first */
static struct hak_os_thread purger; /* hakmem-purge */
static uint32_t n_steps;     /* lk:PURGER */
static enum { FILES_SHARED, FILES_OWN, FILES_REFUSED } files_state; /* lk:PURGER: of hakmem-purge */
static uint64_t n_broken_seen; /* lk:PURGER */
static uint32_t is_resting;  /* any: hakmem-purge is in a long sleep */
static uint64_t shaken_at;   /* any: ms: when all holes last went at once for a limit's sake */
static uint64_t held_seen;   /* any: bytes held when a limit last pressed */
static uint32_t is_wanted;   /* any: 0: hakmem-purge is about to end */
static uint32_t is_starting; /* any: the generation in which a thread is starting it, or 0 */
static uint32_t is_growing;  /* any: hakmem-purge was woken to collect for threads that do not */
static uint32_t n_per_look = HAK_COLLECT_LEAST; /* any: new slabs of a heap between two such calls */

static uint64_t delay_now(void)
{
	int64_t delay = hak_load_relaxed(&hak_options.purge_delay);

	if (hak_load_relaxed(&hak_options.diet))
		delay /= 8;
	if (hak_limit_level() != HAK_LIMIT_BELOW && (delay < 0 || delay > HAK_PURGE_PRESSED))
		delay = HAK_PURGE_PRESSED;
	return delay > 0 ? (uint64_t)delay : 0;
}

static bool is_off(void)
{
	return hak_load_relaxed(&hak_options.purge_delay) < 0 && hak_limit_level() == HAK_LIMIT_BELOW;
}

static void take_lock(void)
{
	/* Nothing is guarded but the right to make a step, so there is nothing to abandon. */
	bool is_sound = hak_lock_take(&lock);

	(void)is_sound;
}

/* The right to work on a heap's slabs. On the caller's own by the way in of a miss: a signal handler that
 * allocates then finds the heap busy, not taken away for as long as the handler waits. */
static bool claim(struct hak_heap *h)
{
	return h == hak_heap_mine ? hak_hold_take(h) : hak_hold_claim(h);
}

static void unclaim(struct hak_heap *h)
{
	if (h == hak_heap_mine)
		hak_hold_give(h);
	else
		hak_hold_unclaim(h);
}

/* Puts holes back that were taken from slabs of h; all of them by the time it returns. */
static void put_back(const struct hak_hole *holes, unsigned n)
{
	unsigned i = 0;

	while (i < n) {
		struct hak_heap *owner = hak_load_ordered(&holes[i].slab->owner); /* it may have been adopted */

		if (!claim(owner)) { /* stopped in the middle of a miss, for who knows how long */
			hak_hole_send_any(&holes[i++]);
			continue;
		}
		for (; i < n && hak_load_ordered(&holes[i].slab->owner) == owner; i++)
			hak_hole_put_own(owner, &holes[i]);
		unclaim(owner);
	}
}

/* Takes up to HAK_HOLE_BATCH holes from classes *sc and up; the caller has claimed h. *sc: where to go on. */
static unsigned take_holes(struct hak_heap *h, unsigned *sc, struct hak_hole *holes, bool all)
{
	unsigned n = 0;

	for (; *sc < HAK_N_CLASSES; (*sc)++) {
		n += hak_hole_take_own(h, *sc, holes + n, HAK_HOLE_BATCH - n, all);
		if (n == HAK_HOLE_BATCH)
			break;
		hak_hole_age_own(h, *sc);
	}
	return n;
}

/* A batch of holes at a time, so that the heap's thread never waits long, nor for a system call. */
static size_t purge_heap(struct hak_heap *h, bool all)
{
	struct hak_hole holes[HAK_HOLE_BATCH];
	size_t n_bytes = 0;
	unsigned sc = 0;

	while (sc < HAK_N_CLASSES && claim(h)) {
		unsigned n;

		if (sc == 0) {
			hak_remote_collect_own(h);
			hak_slab_release_empty_own(h);
		}
		n = take_holes(h, &sc, holes, all);
		unclaim(h);
		for (unsigned i = 0; i < n; i++)
			n_bytes += hak_hole_purge_any(&holes[i]);
		put_back(holes, n);
	}
	return n_bytes;
}

/* Has its thread missed nothing since the last look? */
static bool is_idle(struct hak_heap *h)
{
	uint64_t n_misses = hak_load_relaxed(&h->n_misses);
	bool is_same = n_misses == h->n_misses_looked;

	h->n_misses_looked = n_misses;
	return is_same;
}

/* Collects for threads that do not come by, while others take new slabs for what could lie there. */
static void collect_for_idle(void)
{
	unsigned n = 0;

	take_lock();
	for (struct hak_heap *h = hak_thread_first_heap(); h != NULL; h = hak_load_acquire(&h->next)) {
		if (hak_load_relaxed(&h->generation) != hak_fork_generation() || !hak_remote_is_pending_any(h))
			continue;
		n++;
		if (!is_idle(h) || !hak_hold_claim(h))
			continue;
		hak_remote_collect_own(h);
		hak_slab_release_empty_own(h);
		hak_hold_unclaim(h);
	}
	hak_lock_give(&lock);
	if (n == 0 && hak_load_relaxed(&n_per_look) < HAK_COLLECT_MOST)
		hak_store_relaxed(&n_per_look, hak_load_relaxed(&n_per_look) * 2);
	else if (n > 0)
		hak_store_relaxed(&n_per_look, HAK_COLLECT_LEAST);
}

void hak_decay_grow(struct hak_heap *h)
{
	if (++h->n_grown < hak_load_relaxed(&n_per_look))
		return;
	h->n_grown = 0;
	if (!hak_os_thread_is_there(&purger) || hak_load_relaxed(&hak_heap_none.next)->next == NULL)
		return;
	hak_store_relaxed(&is_growing, 1);
	hak_os_thread_wake(&purger);
}

/* Is a look at the heap due? At one in which blocks come home all the time, in each ACTIVE_STEPS-th step; at
 * one that is at rest, until its holes have aged and gone. */
static bool is_due(struct hak_heap *h)
{
	uint64_t n_flushes = hak_load_relaxed(&h->n_flushes);

	if (hak_remote_is_pending_any(h)) { /* its thread has not come by to collect */
		h->n_looks = 0;
		return true;
	}
	if (n_flushes != h->n_flushes_looked) {
		h->n_flushes_looked = n_flushes;
		h->n_looks = 0;
		return n_steps % ACTIVE_STEPS == 0;
	}
	return h->n_looks++ < RESTING_LOOKS;
}

/* May this thread open files? hakmem-purge only in a table of its own: the program counts on the numbers of its files,
 * and on closing the last of them. */
static bool can_open_files(bool is_purger)
{
	if (is_purger && files_state == FILES_SHARED)
		files_state = hak_look_leave_files() ? FILES_OWN : FILES_REFUSED;
	return !is_purger || files_state == FILES_OWN;
}

/* Empties the caches of heaps whose threads sleep; what was in there is free for long, and goes at once. */
static size_t purge_sleepers(bool at_once, const struct hak_heap *mine)
{
	size_t n_bytes = 0;
	unsigned n_left = at_once ? UINT_MAX : HAK_SLEEP_BATCH;

	for (struct hak_heap *h = hak_thread_first_heap(); h != NULL && n_left > 0; h = hak_load_acquire(&h->next)) {
		if (h == mine || hak_load_relaxed(&h->generation) != hak_fork_generation() ||
			!hak_sleep_is_due(h, at_once))
			continue;
		if (!can_open_files(!at_once))
			break;
		n_left--;
		if (hak_sleep_empty(h) > 0)
			n_bytes += purge_heap(h, true);
	}
	return n_bytes;
}

/* With a thread or without, a heap may be claimed; but not one whose thread stayed behind in a parent process. */
static size_t purge_heaps(bool all, const struct hak_heap *mine)
{
	bool is_broken = n_broken_seen != hak_huge_n_broken();
	size_t n_bytes = 0;

	if (!hak_hold_can_claim())
		return 0;
	n_steps++;
	n_broken_seen = hak_huge_n_broken(); /* holes that were kept may go */
	for (struct hak_heap *h = hak_thread_first_heap(); h != NULL; h = hak_load_acquire(&h->next))
		if ((hak_load_relaxed(&h->generation) == hak_fork_generation() || h == mine) && (is_due(h) || all || is_broken))
			n_bytes += purge_heap(h, all);
	return n_bytes;
}

size_t hak_decay_slices(void)
{
	return hak_large_purge(0) + hak_superslab_purge(true);
}

static void press_slices(void)
{
	if (hak_decay_slices() > 0)
		hak_limit_count_press();
}

static size_t dirty_bytes(void)
{
	struct hak_superslab_stats superslabs;
	struct hak_large_stats large;

	hak_superslab_stats_get(&superslabs);
	hak_large_stats_get(&large);
	return (size_t)(superslabs.dirty - superslabs.kept + large.cached);
}

/* Sum of all batches, runs and large blocks ever given back: moves when something became free. */
static uint64_t count_flushes(void)
{
	uint64_t n = 0;

	for (struct hak_heap *h = hak_thread_first_heap(); h != NULL; h = hak_load_acquire(&h->next))
		n += hak_load_relaxed(&h->n_flushes) + hak_load_relaxed(&h->n_slices_given);
	return n;
}

/* why: what is short of memory, or HAK_LIMIT_BELOW. HAK_LIMIT_BRINK: all holes are to go at once. */
static size_t make_step(enum hak_limit_level why)
{
	size_t n_bytes;

	hak_thread_cool(false);
	take_lock();
	n_bytes = purge_sleepers(false, NULL) + purge_heaps(why == HAK_LIMIT_BRINK, NULL);
	if (why != HAK_LIMIT_BELOW)
		n_bytes += hak_decay_slices();
	else
		n_bytes += hak_superslab_purge(false) + hak_large_purge(delay_now());
	hak_lock_give(&lock);
	if (why != HAK_LIMIT_BELOW && n_bytes > 0)
		hak_limit_count_press();
	return n_bytes;
}

/* May all holes in all heaps go at once? That is worth it only if it has not been done for a while: ms. */
static bool may_shake(uint64_t now, uint64_t pause)
{
	uint64_t last = hak_load_relaxed(&shaken_at);

	return now - last >= pause && hak_cas_acquire(&shaken_at, &last, now);
}

/* What is short of memory, and how far to go. */
static enum hak_limit_level ask(bool can_watch, uint64_t now)
{
	if (hak_limit_level() == HAK_LIMIT_BELOW && !(can_watch && files_state == FILES_OWN && hak_limit_watch()))
		return HAK_LIMIT_BELOW;
	return may_shake(now, HAK_PURGE_DELAY) ? HAK_LIMIT_BRINK : HAK_LIMIT_SOFT;
}

/* Sleeps until the next step is due: at once if memory is short. can_watch: there may be something to give back, so
 * that it pays to look at the container, too. *why: for make_step(). False: asked to end. */
static bool rest(bool can_watch, enum hak_limit_level *why)
{
	uint64_t now = hak_os_now();
	uint64_t since = now, watched = now;
	bool is_there, is_due;

	do {
		uint64_t delay, left;
		bool can_look;

		/* First this: who sees the thread at rest has crossed the soft limit later, and wakes it. */
		hak_store_ordered(&is_resting, 1);
		delay = delay_now() > LEAST_SLEEP ? delay_now() : LEAST_SLEEP;
		left = since + delay > now ? since + delay - now : 1;
		if (left <= HAK_PURGE_PRESSED)
			hak_store_relaxed(&is_resting, 0);
		if (can_watch && hak_limit_has_container() && left > HAK_LIMIT_LOOK)
			left = HAK_LIMIT_LOOK;
		is_there = hak_os_thread_sleep(&purger, left);
		hak_store_relaxed(&is_resting, 0);
		if (hak_load_relaxed(&is_growing) != 0) {
			hak_store_relaxed(&is_growing, 0);
			collect_for_idle();
		}
		now = hak_os_now();
		is_due = now >= since + delay;
		/* Not each time that growth wakes it. */
		can_look = can_watch && (is_due || now - watched >= HAK_LIMIT_LOOK / 2);
		watched = can_look ? now : watched;
		*why = ask(can_look, now);
	} while (is_there && !is_due && *why == HAK_LIMIT_BELOW && !is_off());
	return is_there;
}

/* Makes steps until there is nothing to do. Returns the flushes it has seen. */
static uint64_t make_steps(void)
{
	uint64_t n_flushes = count_flushes();
	unsigned n_idle = 0;

	while (n_idle < N_IDLE_STEPS && !is_off()) {
		uint64_t n;
		enum hak_limit_level why;
		bool is_idle;

		if (!rest(n_idle == 0 || dirty_bytes() > 0, &why))
			return count_flushes();
		n = count_flushes();
		/* What is dirty even so, locked memory for one, is not to be had: it has aged by the last of the idle steps. */
		is_idle = make_step(why) == 0 && n == n_flushes;
		n_flushes = n;
		n_idle = is_idle ? n_idle + 1 : 0;
	}
	return n_flushes;
}

static void run(void)
{
	uint64_t n_flushes;

	files_state = FILES_SHARED;
	if (hak_limit_is_asked() && can_open_files(true))
		hak_limit_watch();
	do {
		n_flushes = make_steps();
		hak_store_ordered(&is_wanted, 0);
		/* Who freed something before it could see that we are leaving relied on us. */
	} while (!is_off() && count_flushes() != n_flushes && hak_swap_ordered(&is_wanted, 1) == 0);
}

/* Is the heap large enough to be worth a thread? */
static bool is_worth_it(void)
{
	struct hak_superslab_stats superslabs;
	struct hak_large_stats large;
	struct hak_thread_stats threads;

	hak_superslab_stats_get(&superslabs);
	hak_large_stats_get(&large);
	hak_thread_stats_get(&threads);
	return superslabs.used + superslabs.dirty + large.cached >=
		(threads.n_threads > 1 ? HAK_PURGE_LEAST : HAK_PURGE_LEAST_SINGLE);
}

/* Starts hakmem-purge unless it runs. True: it is, or was, there. */
static bool ensure_thread(bool has_freed)
{
	if (hak_os_thread_is_there(&purger)) {
		hak_os_thread_check_user(&purger);
		return hak_load_ordered(&is_wanted); /* else it is just leaving */
	}
	if (!has_freed || !is_worth_it())
		return false;
	if (hak_swap_ordered(&is_starting, hak_fork_generation()) == hak_fork_generation())
		return true; /* another thread is about to */
	hak_store_ordered(&is_wanted, 1);
	has_freed = hak_os_thread_start(&purger, "hakmem-purge", run, &hak_heap_mine);
	hak_store_release(&is_starting, 0);
	return has_freed;
}

void hak_decay_step(bool has_freed)
{
	uint64_t now, due;

	if (is_off() || (hak_options.purge_thread && ensure_thread(has_freed)))
		return;
	now = hak_os_now();
	due = hak_load_relaxed(&next_step);
	/* Or the delay has become shorter. */
	if ((now < due && due - now <= delay_now()) || !hak_cas_acquire(&next_step, &due, now + delay_now()) || due == 0)
		return;
	if (hak_limit_level() != HAK_LIMIT_BELOW) {
		press_slices();
		return;
	}
	hak_superslab_purge(delay_now() == 0);
	hak_large_purge(delay_now());
}

void hak_decay_press(void)
{
	uint64_t held = hak_limit_held();

	/* What changes nothing calls for nothing. */
	if (held == hak_load_relaxed(&held_seen))
		return;
	hak_store_relaxed(&held_seen, held);
	if (hak_limit_level() == HAK_LIMIT_BRINK) {
		press_slices();
		if (may_shake(hak_os_now(), HAK_LIMIT_LOOK)) {
			take_lock();
			purge_heaps(true, NULL);
			hak_lock_give(&lock);
		}
		hak_store_relaxed(&held_seen, hak_limit_held());
	} else if (hak_options.purge_thread && hak_os_thread_is_there(&purger)) {
		if (hak_load_ordered(&is_resting) && hak_swap_ordered(&is_resting, 0))
			hak_os_thread_wake(&purger);
	} else if (dirty_bytes() > 0) {
		hak_decay_step(true);
	}
}

size_t hak_decay_trim(size_t target, bool may_open_files)
{
	struct hak_heap *h = hak_thread_enter();
	size_t n_bytes = 0;

	if (h != NULL) {
		hak_thread_flush_own(h);
		hak_thread_leave(h);
	}
	hak_thread_cool(true);
	take_lock();
	if (target == 0 || dirty_bytes() > target) {
		if (may_open_files && hak_hold_can_claim())
			n_bytes = purge_sleepers(true, h);
		n_bytes += purge_heaps(true, h);
		n_bytes += hak_decay_slices();
	}
	hak_lock_give(&lock);
	return n_bytes;
}
