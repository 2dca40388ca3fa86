/* SPDX-License-Identifier: MIT */
#include "thread/heap.h"

#include <pthread.h>

#include "base/check.h"
#include "conf/options.h"
#include "large/large.h"
#include "os/fork.h"
#include "os/lock.h"
#include "region/meta.h"
#include "thread/decay.h"
#include "thread/hold.h"
#include "tiny/cache.h"
#include "tiny/class.h"
#include "tiny/remote.h"

#define EXIT_ROUND 3        /* of the four that POSIX grants: other destructors may still allocate before */
#define ADOPT_BATCH 64      /* slabs moved from an orphan at a time */
#define MISSES_PER_STEP 64  /* misses between two looks at the clock ... */
#define SLICES_PER_STEP 128 /* ... unless so many slices, 8 MiB, were given back */

static struct hak_lock pool_lock = HAK_LOCK(HAK_RANK_HEAPS);
static struct hak_link warm = { &warm, &warm };          /* lk:HEAPS: with blocks in their caches; the last come first */
static struct hak_link orphans = { &orphans, &orphans }; /* lk:HEAPS: with slabs */
static struct hak_link spares = { &spares, &spares };    /* lk:HEAPS: without */
static uint32_t n_warm;             /* lk:HEAPS */
static uint32_t n_pools = 1;        /* lk:HEAPS: these lists are the n-th: a forked child may abandon the ones before */
static uint32_t n_orphans;          /* written lk:HEAPS, read by any as a hint */
static uint32_t n_ids;              /* any */
static uint64_t n_threads;          /* any */
static uint64_t n_adopted;          /* any */

static struct hak_lock shared_lock = HAK_LOCK(HAK_RANK_SHARED);
static struct hak_heap *shared;     /* written lk:SHARED, read by any: the heap of P2 */

static pthread_key_t key;           /* const once key_state is KEY_MADE */
static uint32_t key_state;          /* any */
enum { KEY_NONE, KEY_BEING_MADE, KEY_MADE };

struct hak_heap *hak_thread_first_heap(void)
{
	return &hak_heap_none;
}

static void take_pool_lock(void)
{
	if (!hak_lock_take(&pool_lock)) {
		hak_list_init(&warm);
		hak_list_init(&orphans);
		hak_list_init(&spares);
		n_warm = 0;
		n_pools++;
		hak_store_relaxed(&n_orphans, 0);
	}
}

static struct hak_heap *of_link(struct hak_link *link)
{
	return HAK_MEMBER(link, struct hak_heap, pool);
}

static struct hak_heap *pop_warm_locked(struct hak_heap *h)
{
	hak_list_remove(&h->pool);
	h->warm_in = 0;
	n_warm--;
	hak_add_relaxed(&n_adopted, 1);
	return h;
}

static struct hak_heap *pop_orphan_locked(void)
{
	struct hak_heap *h;

	if (hak_list_is_empty(&orphans))
		return NULL;
	h = of_link(orphans.next);
	hak_list_remove(&h->pool);
	hak_store_relaxed(&n_orphans, n_orphans - 1);
	hak_add_relaxed(&n_adopted, 1);
	return h;
}

static struct hak_heap *pop_spare_locked(void)
{
	struct hak_heap *h;

	if (hak_list_is_empty(&spares))
		return NULL;
	h = of_link(spares.next);
	hak_list_remove(&h->pool);
	return h;
}

/* The warm heap that p's slab belongs to, or NULL; p may be anything. */
static struct hak_heap *find_warm_locked(const void *p)
{
	struct hak_slab *s = p != NULL && n_warm > 0 ? (struct hak_slab *)hak_registry_find(p) : NULL;
	struct hak_heap *owner;

	if (s == NULL || s->span.kind != HAK_KIND_SLAB)
		return NULL;
	owner = hak_load_relaxed(&s->owner);
	return owner->warm_in == n_pools ? owner : NULL;
}

static struct hak_heap *pop_pool(const void *p)
{
	struct hak_heap *h;

	take_pool_lock();
	h = find_warm_locked(p);
	if (h != NULL)
		pop_warm_locked(h);
	else if (!hak_list_is_empty(&warm)) /* p's owner still ends: the newest one is about to be missed by another's heir */
		h = pop_warm_locked(of_link(p != NULL ? warm.prev : warm.next));
	else if ((h = pop_orphan_locked()) == NULL)
		h = pop_spare_locked();
	hak_lock_give(&pool_lock);
	return h;
}

static struct hak_heap *pop_orphan(void)
{
	struct hak_heap *h;

	take_pool_lock();
	h = pop_orphan_locked();
	hak_lock_give(&pool_lock);
	return h;
}

/* Ends the hold on h, which has no thread and empty caches, and puts it where it belongs. */
static void push_cold(struct hak_heap *h)
{
	bool is_orphan = h->n_slabs > 0; /* asked while nobody else can work on h */

	hak_hold_give(h);
	take_pool_lock();
	hak_list_put_first(is_orphan ? &orphans : &spares, &h->pool);
	if (is_orphan)
		hak_store_relaxed(&n_orphans, n_orphans + 1);
	hak_lock_give(&pool_lock);
}

/* As push_cold(), with what is in its caches, for the next thread that starts. False: there are enough of these. */
static bool push_warm(struct hak_heap *h)
{
	bool has_room;

	take_pool_lock();
	has_room = n_warm < HAK_WARM_HEAPS;
	if (has_room) {
		hak_hold_give(h);
		h->warm_in = n_pools;
		h->is_cooling = false;
		hak_list_put_first(&warm, &h->pool);
		n_warm++;
	}
	hak_lock_give(&pool_lock);
	return has_room;
}

/* The heap that was warm for longest, if the last call but one saw it, or all is true. */
static struct hak_heap *pop_cooling(bool all)
{
	struct hak_heap *h = NULL;

	take_pool_lock();
	if (!hak_list_is_empty(&warm) && (all || of_link(warm.prev)->is_cooling))
		h = pop_warm_locked(of_link(warm.prev));
	else
		for (struct hak_link *l = warm.next; l != &warm; l = l->next)
			of_link(l)->is_cooling = true;
	hak_lock_give(&pool_lock);
	return h;
}

void hak_thread_cool(bool all)
{
	struct hak_heap *h;

	while ((h = pop_cooling(all)) != NULL) {
		if (!hak_hold_take(h))
			continue; /* left behind by a purger of the parent's */
		hak_thread_flush_own(h);
		push_cold(h);
	}
}

static bool is_worth_keeping_warm(const struct hak_heap *h)
{
	return h->n_slabs > 0 && h->n_slabs <= HAK_WARM_SLABS && !hak_load_relaxed(&hak_options.diet);
}

static struct hak_heap *make_heap(void)
{
	struct hak_heap *h = hak_meta_take(sizeof *h);
	struct hak_heap *head;

	if (h == NULL)
		return NULL;
	hak_cache_init_own(h);
	h->id = hak_add_relaxed(&n_ids, 1) + 1;
	h->tag = hak_registry_make_tag(h->id);
	h->generation = hak_fork_generation();
	head = hak_load_relaxed(&hak_heap_none.next);
	do
		h->next = head;
	while (!hak_cas_release(&hak_heap_none.next, &head, h));
	return h;
}

static struct hak_heap *pool_or_new_heap(const void *p)
{
	struct hak_heap *h = pop_pool(p);

	return h != NULL ? h : make_heap();
}

static void end_thread(void *arg)
{
	struct hak_heap *h = arg;

	if (hak_heap_mine != h)
		return;
	if (++h->exit_round < EXIT_ROUND && pthread_setspecific(key, h) == 0)
		return;
	hak_heap_mine = &hak_heap_gone;
	hak_sub_relaxed(&n_threads, 1);
	if (!hak_hold_take(h))
		return;
	hak_own_set(&h->tid, 0);
	hak_own_set(&h->stack_end, 0);
	h->exit_round = 0;
	if (is_worth_keeping_warm(h)) {
		hak_cache_trim_own(h, HAK_WARM_BYTES);
		if (push_warm(h))
			return;
	}
	hak_thread_flush_own(h);
	push_cold(h);
}

uint32_t hak_thread_prepare(void)
{
	uint32_t state = KEY_NONE;

	if (hak_cas_acquire(&key_state, &state, KEY_BEING_MADE)) {
		state = pthread_key_create(&key, end_thread) == 0 ? KEY_MADE : KEY_NONE;
		hak_store_release(&key_state, state);
	}
	while (state == KEY_BEING_MADE) {
		hak_cpu_relax();
		state = hak_load_acquire(&key_state);
	}
	return state;
}

/* Asks for end_thread() at the thread's end. Where no key is left, the heap stays the thread's for ever: a leak, not
 * an error. */
static void arrange_end(struct hak_heap *h)
{
	if (hak_thread_prepare() == KEY_MADE)
		pthread_setspecific(key, h); /* may allocate: h is in place already */
}

static struct hak_heap *start_thread(const void *p)
{
	struct hak_heap *h;

	hak_options_ensure();
	h = pool_or_new_heap(p);
	if (h == NULL)
		return NULL;
	hak_own_set(&h->generation, hak_fork_generation());
	/* C libraries put a thread's storage at the upper end of its stack; but the first thread's (thread/sleep.h). */
	hak_own_set(&h->stack_end, (uintptr_t)&hak_heap_mine);
	hak_own_set(&h->stack_at, (uintptr_t)__builtin_frame_address(0));
	hak_add_relaxed(&n_threads, 1);
	hak_heap_mine = h;
	arrange_end(h);
	return h;
}

static struct hak_heap *enter_shared(void)
{
	struct hak_heap *h = NULL;

	if (hak_lock_take(&shared_lock))
		h = hak_load_relaxed(&shared);
	while (h == NULL || !hak_hold_take(h)) {
		h = pool_or_new_heap(NULL);
		if (h == NULL)
			break;
	}
	hak_store_relaxed(&shared, h);
	if (h == NULL)
		hak_lock_give(&shared_lock);
	return h;
}

static struct hak_heap *HAK_COLD enter_slowly(struct hak_heap *h, const void *p)
{
	/* A child forked in a signal handler that had interrupted a miss, or while a purger was at work: its heap is in
	 * the middle of a change for ever. It begins again. */
	if (h->tag != 0 && h->generation != hak_fork_generation()) {
		hak_heap_mine = &hak_heap_none;
		h = &hak_heap_none;
	}
	if (h != &hak_heap_none)
		return enter_shared(); /* P2 */
	do {
		hak_heap_mine = &hak_heap_none;
		h = start_thread(p);
	} while (h != NULL && !hak_hold_take(h));
	return h;
}

struct hak_heap *hak_thread_enter_near(const void *p)
{
	struct hak_heap *h = hak_heap_mine;

	if (HAK_UNLIKELY(h->tag == 0 || h->is_busy || !hak_hold_take(h)))
		return enter_slowly(h, p);
	return h;
}

/* Moves up to ADOPT_BATCH slabs of an orphan to h; puts the orphan back where it belongs. */
static void adopt_own(struct hak_heap *h, unsigned first_sc)
{
	struct hak_heap *orphan = pop_orphan();
	unsigned n_left = ADOPT_BATCH;

	if (orphan == NULL || !hak_hold_take(orphan))
		return;
	hak_remote_collect_own(orphan);
	for (unsigned i = 0; i < HAK_N_CLASSES && n_left > 0; i++) {
		struct hak_bin *bin = &orphan->bin[(first_sc + i) % HAK_N_CLASSES];

		while (n_left > 0 && !(hak_list_is_empty(&bin->open) && hak_list_is_empty(&bin->full))) {
			struct hak_link *l = hak_list_is_empty(&bin->open) ? bin->full.next : bin->open.next;

			hak_slab_move_own(orphan, h, HAK_MEMBER(l, struct hak_slab, link));
			n_left--;
		}
	}
	hak_remote_forward_any(orphan);
	push_cold(orphan);
}

/* The thread is alive, in this process, under this number. */
static void note_thread(struct hak_heap *h)
{
	uint32_t generation = hak_fork_generation();

	if (h->tid == 0 || h->generation != generation)
		hak_cache_know_thread_own(h);
	hak_own_set(&h->generation, generation);
}

void hak_thread_leave(struct hak_heap *h)
{
	bool is_shared = h == hak_load_relaxed(&shared);
	uint32_t n_slices = h->n_slices_given - h->n_slices_seen;
	uint64_t n_misses = h->n_misses + 1;
	bool is_step = n_misses % MISSES_PER_STEP == 0 || HAK_UNLIKELY(n_slices >= SLICES_PER_STEP);
	bool has_freed = false;

	hak_own_set(&h->n_misses, n_misses);
	if (is_step) {
		has_freed = h->n_flushes_seen != (uint32_t)h->n_flushes || n_slices > 0;
		h->n_flushes_seen = (uint32_t)h->n_flushes;
		h->n_slices_seen = h->n_slices_given;
		note_thread(h);
	}
	hak_hold_give(h);
	if (HAK_UNLIKELY(is_shared))
		hak_lock_give(&shared_lock);
	else if (is_step)
		hak_decay_step(has_freed);
}

void *hak_thread_take_own(struct hak_heap *h, unsigned sc)
{
	void *p = hak_cache_refill_own(h, sc);

	if (HAK_LIKELY(p != NULL))
		return p;
	if (hak_load_relaxed(&n_orphans) != 0) {
		adopt_own(h, sc);
		p = hak_cache_refill_own(h, sc);
		if (p != NULL)
			return p;
	}
	hak_decay_grow(h);
	hak_cache_sweep_own(h, sc);
	if (hak_slab_make_own(h, sc) == NULL) {
		/* The last resort: what is kept for speed. */
		hak_large_purge(0);
		if (hak_slab_make_own(h, sc) == NULL)
			return NULL;
	}
	return hak_cache_refill_own(h, sc);
}

void hak_thread_flush_own(struct hak_heap *h)
{
	hak_remote_collect_own(h);
	hak_cache_flush_own(h);
	hak_slab_release_empty_own(h);
	h->n_slabs_most = h->n_slabs;
}

void hak_thread_stats_get(struct hak_thread_stats *stats)
{
	stats->n_threads = hak_load_relaxed(&n_threads);
	stats->n_heaps = hak_load_relaxed(&n_ids);
	stats->n_adopted = hak_load_relaxed(&n_adopted);
}
