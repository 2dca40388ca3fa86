/* SPDX-License-Identifier: MIT */
#include "thread/thread.h"

#include <pthread.h>

#include "base/check.h"
#include "conf/options.h"
#include "os/lock.h"
#include "region/meta.h"
#include "thread/decay.h"
#include "thread/heap.h"
#include "thread/post.h"
#include "thread/salvage.h"
#include "tiny/sampler.h"
#include "tiny/slab.h"

#define EXIT_ROUND 3 /* of the four that POSIX guarantees: destructors that run earlier may still allocate */

__thread struct hak_thread hak_thread_me __attribute__((tls_model("initial-exec")));

static struct hak_lock lock = HAK_LOCK(HAK_RANK_CACHES);
static struct hak_link spares = { &spares, &spares }; /* lk:CACHES: empty caches without a thread */
struct hak_thread_stats hak_thread_sums;
static uint32_t counted_in;                           /* lk:CACHES: the generation whose threads are counted; 0: none yet */

static pthread_key_t key;  /* const once key_state is KEY_MADE */
static uint32_t key_state; /* any */
enum { KEY_NONE, KEY_BEING_MADE, KEY_MADE };

/* The caches that a fork found in the lists are salvaged, one by one. */
static void lose_pool_locked(void)
{
	hak_list_init(&spares);
	for (struct hak_heap *h = hak_heaps_first(); h != NULL; h = hak_load_acquire(&h->next)) {
		hak_list_init(&h->warm);
		h->n_warm = 0;
	}
	for (struct hak_cache *c = hak_load_acquire(&hak_cache_none.next); c != NULL; c = c->next)
		if (hak_load_relaxed(&c->generation) == HAK_NO_THREAD)
			hak_store_relaxed(&c->generation, HAK_LOST_THREAD);
}

static void take_lock(void)
{
	if (HAK_UNLIKELY(!hak_lock_take(&lock)))
		lose_pool_locked();
}

static void recount_heap(struct hak_heap *h)
{
	hak_store_relaxed(&h->n_threads, 0);
	/* If a handler of a purging thread forked, its own purge counts down from this: then the heap lends nothing any more. */
	hak_store_relaxed(&h->n_purging, 0);
}

/* Forgets, once in a forked child, the threads that only the parent has. */
static void recount_locked(void)
{
	uint32_t now = hak_fork_generation();

	if (HAK_LIKELY(counted_in == now))
		return;
	if (counted_in != 0) {
		lose_pool_locked(); /* a child has too little time to wait until a heap's warm caches are no longer needed */
		for (struct hak_heap *h = hak_heaps_first(); h != NULL; h = hak_load_acquire(&h->next))
			recount_heap(h);
		hak_store_relaxed(&hak_thread_sums.n_threads, 0);
	}
	counted_in = now;
}

static struct hak_cache *of_link(struct hak_link *link)
{
	return HAK_MEMBER(link, struct hak_cache, pool);
}

static struct hak_cache *make_cache(void)
{
	struct hak_cache *c = hak_meta_take(sizeof *c);
	struct hak_cache *head;

	if (c == NULL)
		return NULL;
	hak_cache_init_own(c);
	head = hak_load_relaxed(&hak_cache_none.next);
	do
		c->next = head;
	while (!hak_cas_release(&hak_cache_none.next, &head, c));
	return c;
}

static struct hak_cache *pop_locked(struct hak_link *from)
{
	struct hak_cache *c = hak_list_is_empty(from) ? NULL : of_link(from->next);

	if (c != NULL)
		hak_list_remove(&c->pool);
	return c;
}

/* Picks a heap for the thread, and a cache if the pool has one. *is_warm: it is that heap's, with blocks. */
static struct hak_cache *pop_cache(struct hak_heap *near, struct hak_heap **heap, bool *is_warm)
{
	struct hak_cache *c = NULL;
	struct hak_heap *h;

	take_lock();
	recount_locked();
	h = hak_heaps_choose_locked(near);
	*is_warm = false;
	if (h != NULL) {
		hak_add_relaxed(&h->n_threads, 1);
		c = pop_locked(&h->warm);
		*is_warm = c != NULL;
		h->n_warm -= *is_warm;
		hak_add_relaxed(&h->n_caches, !*is_warm);
		c = c != NULL ? c : pop_locked(&spares);
	}
	hak_lock_give(&lock);
	*heap = h;
	return c;
}

void hak_thread_pool(struct hak_cache *c)
{
	struct hak_heap *h = c->heap;

	/* In this order: a child that was forked in between counts it forever, at worst (H3). */
	c->heap = NULL;
	if (h != NULL)
		hak_sub_relaxed(&h->n_caches, 1);
	take_lock();
	hak_store_relaxed(&c->generation, HAK_NO_THREAD); /* not earlier: whoever takes the lock may have lost the pool */
	hak_list_put_first(&spares, &c->pool);
	hak_lock_give(&lock);
}

/* Puts a cache, blocks and all, into the pool for the next thread that uses its heap. False: there are enough. */
static bool pool_warm(struct hak_cache *c)
{
	struct hak_heap *h = c->heap;
	bool has_room;

	take_lock();
	has_room = h->n_warm < HAK_WARM_CACHES;
	if (has_room) {
		hak_store_relaxed(&c->generation, HAK_NO_THREAD);
		c->is_cooling = false;
		hak_list_put_first(&h->warm, &c->pool);
		h->n_warm++;
	}
	hak_lock_give(&lock);
	return has_room;
}

/* Takes the cache that was warm in h for longest, if an earlier call saw it already, or all is true. */
static struct hak_cache *pop_cooling(struct hak_heap *h, bool all)
{
	struct hak_cache *c = NULL;

	take_lock();
	if (!hak_list_is_empty(&h->warm) && (all || of_link(h->warm.prev)->is_cooling)) {
		c = of_link(h->warm.prev);
		hak_list_remove(&c->pool);
		hak_store_relaxed(&c->generation, hak_fork_generation()); /* in hand, not in the pool */
		h->n_warm--;
	} else {
		for (struct hak_link *l = h->warm.next; l != &h->warm; l = l->next)
			of_link(l)->is_cooling = true;
	}
	hak_lock_give(&lock);
	return c;
}

void hak_thread_cool(bool all)
{
	for (struct hak_heap *h = hak_heaps_first(); h != NULL; h = hak_load_acquire(&h->next)) {
		struct hak_cache *c;

		while ((c = pop_cooling(h, all)) != NULL) {
			hak_cache_flush_own(c);
			hak_thread_pool(c);
		}
	}
}

static void end_thread(void *arg)
{
	struct hak_thread *me = &hak_thread_me;
	struct hak_cache *c = arg;

	if (me->cache != c)
		return;
	if (++c->exit_round < EXIT_ROUND && pthread_setspecific(key, c) == 0)
		return;
	hak_thread_enter();
	me->cache = NULL;
	me->is_ended = true;
	c->exit_round = 0;
	c->n_tokens = 0;
	c->is_busy = false;
	hak_post_end_own(c);
	hak_sub_relaxed(&hak_thread_sums.n_threads, 1);
	hak_sub_relaxed(&c->heap->n_threads, 1);
	if (hak_load_relaxed(&hak_options.diet) || !pool_warm(c)) {
		hak_cache_flush_own(c);
		hak_thread_pool(c);
	}
	hak_thread_leave(NULL);
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

struct hak_cache *hak_thread_start(void)
{
	struct hak_thread *me = &hak_thread_me;
	struct hak_heap *heap;
	struct hak_cache *c;
	bool is_warm;

	if (me->depth > 1 || me->is_ended)
		return NULL;
	hak_options_ensure();
	c = pop_cache(hak_heaps_find(me->near), &heap, &is_warm);
	if (heap == NULL)
		return NULL;
	c = c != NULL ? c : make_cache();
	if (c == NULL) {
		hak_sub_relaxed(&heap->n_threads, 1);
		hak_sub_relaxed(&heap->n_caches, 1);
		return NULL;
	}
	hak_add_relaxed(&hak_thread_sums.n_reused, is_warm);
	c->heap = heap;
	hak_own_set(&c->tag, heap->tag);
	if (!is_warm)
		c->n_before = c->n_misses;
	c->n_most = hak_heaps_budget(hak_add_relaxed(&hak_thread_sums.n_threads, 1) + 1, c->n_bytes, c->n_misses - c->n_before);
	hak_store_relaxed(&c->generation, hak_fork_generation());
	c->thread_id = 0;
	c->is_busy = true;
	me->cache = c;
	/* Asks for end_thread() at the thread's exit. This may allocate, as a signal handler does (P2). If there are no keys
	 * left, the cache stays with the thread forever: a leak, not an error. */
	if (hak_thread_prepare() == KEY_MADE)
		pthread_setspecific(key, c);
	return c;
}

void hak_thread_enter_again(struct hak_thread *me)
{
	struct hak_cache *c = me->cache;

	/* The handler forked: the child's only thread must not look gone. While it may hold a lock, it takes no other; its next
	 * miss outside the handler does this. */
	if (c != NULL && c->generation != hak_fork_generation() && !hak_thread_is_nested())
		hak_thread_go_on(c);
}

void hak_thread_go_on(struct hak_cache *c)
{
	hak_store_relaxed(&c->generation, hak_fork_generation());
	c->thread_id = 0;
	/* Another thread of this child may have been here before. */
	take_lock();
	recount_locked();
	hak_add_relaxed(&c->heap->n_threads, 1);
	hak_add_relaxed(&hak_thread_sums.n_threads, 1);
	hak_lock_give(&lock);
	/* Not earlier: until its first miss, the forking thread's cache looks like one that was left behind. */
	hak_salvage_begin();
}

void hak_thread_leave_untold(struct hak_cache *c)
{
	struct hak_thread *me = &hak_thread_me;

	if (c != NULL) {
		hak_own_add(&c->n_misses, 1);
		if (HAK_UNLIKELY(c->n_tokens > 0) || HAK_UNLIKELY(c->is_new || c->is_flushed || c->back != 0) ||
			c->n_misses % HAK_STEP_MISSES == 0 || c->n_slices_given - c->n_slices_seen >= HAK_STEP_SLICES)
			hak_decay_step_own(c);
		if (HAK_UNLIKELY(hak_load_relaxed(&hak_sampling.word) != 0))
			hak_sampler_settle_own(c);
		c->is_busy = false;
		__atomic_signal_fence(__ATOMIC_SEQ_CST);
		if (HAK_LIKELY(c->n_tokens == 0 && !hak_is_hardened()))
			hak_cache_mine = c;
	}
	me->depth--;
}

bool hak_thread_has_late(void)
{
	return hak_load_relaxed(&hak_report_late_by) == &hak_lock_held && hak_thread_me.depth == 0 && !hak_thread_is_nested();
}

void hak_thread_tell_late(void)
{
	if (hak_thread_has_late())
		hak_report_tell_late();
}

void hak_thread_leave(struct hak_cache *c)
{
	hak_thread_leave_untold(c);
	hak_thread_tell();
}

void *hak_thread_take_own(struct hak_cache *c, unsigned sc)
{
	void *p = hak_cache_take_own(c, sc);

	while (HAK_UNLIKELY(p == NULL) && hak_heaps_grow(c->heap, sc))
		p = hak_cache_refill_own(c, sc);
	return p;
}

/* A heap whose lock is free, since the thread may hold one. For this, there may be one more heap than processors. */
static struct hak_heap *find_free_heap(void)
{
	struct hak_heap *h;

	for (h = hak_heaps_first(); h != NULL; h = hak_load_acquire(&h->next)) {
		if (!h->is_data && hak_heap_try_lock(h)) {
			hak_heap_unlock(h);
			return h;
		}
	}
	if (!hak_lock_try(&lock))
		return NULL;
	h = hak_heaps_make_locked(false);
	hak_lock_give(&lock);
	return h;
}

/* A block for a thread that may hold locks (P2): from such a heap, or a new slab if no other kind of lock is held. */
static void *take_nested(unsigned sc)
{
	struct hak_heap *h;
	struct hak_slab *s;
	struct hak_slot slot;

	for (h = hak_heaps_first(); h != NULL; h = hak_load_acquire(&h->next))
		if (!h->is_data && hak_cache_try_take_any(h, sc, &slot))
			return hak_cache_hand_out(slot, sc);
	h = hak_lock_is_any_held(HAK_RANK_HEAP) ? NULL : find_free_heap();
	s = h != NULL ? hak_slab_make_any(h, sc) : NULL;
	if (s == NULL)
		return NULL;
	/* Another thread's, for a moment; or for long, if a handler of that thread runs, or a fork left it behind. */
	for (unsigned n = 0; !hak_heap_try_lock(h); n++) {
		if (n == HAK_NESTED_TRIES) {
			s->link.next = NULL;
			hak_slab_finish(&(struct hak_after){ .gone = s, .heap = h });
			return NULL;
		}
		hak_cpu_relax();
	}
	hak_slab_list_locked(h, s);
	hak_slab_take_locked(h, s, &slot, 1);
	hak_heap_unlock(h);
	return hak_cache_hand_out(slot, sc);
}

static struct hak_slab *part_slab(struct hak_heap *from, unsigned sc)
{
	struct hak_slab *s = NULL;

	take_lock();
	if (hak_load_relaxed(&from->n_caches) == 0) { /* and none comes while we hold the lock */
		hak_heap_lock(from);
		s = hak_slab_part_locked(from, sc);
		hak_heap_unlock(from);
	}
	hak_lock_give(&lock);
	return s;
}

bool hak_thread_borrow(struct hak_heap *h, unsigned sc)
{
	struct hak_slab *s = NULL;

	if (h->is_data || hak_class_is_single(sc) || hak_is_hardened())
		return false;
	for (struct hak_heap *from = hak_heaps_first(); s == NULL && from != NULL; from = hak_load_acquire(&from->next)) {
		if (from == h || from->is_data || hak_load_relaxed(&from->n_caches) > 0 ||
			hak_load_relaxed(&from->bin[sc].n_slabs) == 0)
			continue;
		hak_heap_collect_class_any(from, sc);
		s = part_slab(from, sc);
		if (s != NULL)
			hak_slab_join_any(h, s, from);
	}
	return s != NULL;
}

/* A block from h, which may be NULL, or a new slab of it. */
static void *take_from(struct hak_heap *h, unsigned sc)
{
	struct hak_slot slot;
	void *p = NULL;

	while (p == NULL && h != NULL) {
		if (hak_cache_take_any(h, sc, &slot, 1) > 0)
			p = hak_cache_hand_out(slot, sc);
		else if (!hak_heaps_grow(h, sc))
			h = NULL;
	}
	return p;
}

void *hak_thread_take_alone(unsigned sc)
{
	struct hak_heap *h = hak_heaps_first();

	if (hak_thread_is_nested())
		return take_nested(sc);
	if (h == NULL) {
		take_lock();
		h = hak_heaps_choose_locked(NULL);
		hak_lock_give(&lock);
	}
	return take_from(h, sc);
}

HAK_COLD struct hak_heap *hak_thread_data_heap(const struct hak_cache *c)
{
	struct hak_heap *h = c != NULL ? c->heap : hak_heaps_first();

	if (h == NULL || hak_thread_is_nested())
		return NULL;
	if (HAK_LIKELY(hak_load_acquire(&h->data) != NULL))
		return h->data;
	take_lock();
	if (h->data == NULL)
		hak_store_release(&h->data, hak_heaps_make_locked(true));
	hak_lock_give(&lock);
	return h->data;
}

void *hak_thread_take_data(const struct hak_cache *c, unsigned sc)
{
	struct hak_heap *h = hak_thread_data_heap(c);
	struct hak_slot slot;

	/* Most often without collecting, so that frees seldom have to announce. */
	return h != NULL && hak_cache_try_take_any(h, sc, &slot) ? hak_cache_hand_out(slot, sc) : take_from(h, sc);
}

void hak_thread_stats_get(struct hak_thread_stats *stats)
{
	stats->n_threads = hak_load_relaxed(&hak_thread_sums.n_threads);
	stats->n_reused = hak_load_relaxed(&hak_thread_sums.n_reused);
}
