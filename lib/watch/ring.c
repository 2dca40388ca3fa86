/* SPDX-License-Identifier: MIT */
#include "watch/ring.h"

#include <errno.h>

#include "base/probe.h"
#include "conf/options.h"
#include "conf/report.h"
#include "os/clock.h"
#include "region/meta.h"
#include "thread/thread.h"
#include "watch/dump.h"

static uint64_t n_bytes; /* any: of all rings */

/* Inside a miss, no lock held. NULL: no memory, or enough of it is used. */
static struct hak_ring *make_ring(void)
{
	uint32_t n_slots = (uint32_t)hak_options.ring;
	size_t size = sizeof(struct hak_ring) + n_slots * sizeof(struct hak_event);
	struct hak_ring *ring = NULL;

	if (hak_add_relaxed(&n_bytes, size) + size <= HAK_RING_MEMORY)
		ring = hak_meta_take(size);
	if (ring == NULL)
		hak_sub_relaxed(&n_bytes, size);
	else
		ring->n_slots = n_slots;
	return ring;
}

static struct hak_ring *ring_of(const struct hak_thread *me)
{
	struct hak_cache *c = me->cache;
	struct hak_ring *ring = c != NULL ? c->ring : NULL;

	/* Not in a handler: it may have interrupted just this. */
	if (HAK_UNLIKELY(ring == NULL) && c != NULL && me->depth == 1 && !hak_lock_is_any_held(0)) {
		ring = make_ring();
		hak_store_release(&c->ring, ring);
	}
	return ring != NULL ? ring : hak_load_acquire(&hak_cache_none.ring);
}

static uint32_t thread_id_of(struct hak_cache *c)
{
	if (c == NULL)
		return (uint32_t)hak_os_thread_id();
	if (c->thread_id == 0)
		c->thread_id = (uint32_t)hak_os_thread_id();
	return c->thread_id;
}

/* The clock may be a library's that allocates: what happens in it is one miss deeper. */
static uint64_t read_clock(struct hak_thread *me)
{
	uint64_t now;

	me->depth++;
	now = hak_os_now_fine();
	me->depth--;
	return now;
}

static void note(enum hak_probe probe, uintptr_t a, uintptr_t b, uintptr_t c)
{
	struct hak_thread *me = &hak_thread_me;
	struct hak_ring *ring = HAK_LIKELY(me->depth <= HAK_RING_DEPTH) ? ring_of(me) : NULL;
	uint64_t n, now, busy = HAK_EVENT_BUSY | hak_fork_generation();
	struct hak_event *e;

	if (HAK_UNLIKELY(ring == NULL))
		return;
	now = read_clock(me);
	n = hak_add_relaxed(&ring->n, 1);
	e = &ring->event[n % ring->n_slots];
	if (hak_swap_ordered(&e->number, busy) == busy)
		return;
	/* Release, each: pairs with the acquires in get_event(). */
	hak_store_release(&e->when, now);
	hak_store_release(&e->thread_id, thread_id_of(me->cache));
	hak_store_release(&e->what, (uint32_t)probe);
	hak_store_release(&e->value[0], a);
	hak_store_release(&e->value[1], b);
	hak_store_release(&e->value[2], c);
	hak_store_release(&e->number, n + 1);
}

/* Event n of a ring. False: it is not there any more, or not yet. */
static bool get_event(const struct hak_ring *ring, uint64_t n, struct hak_event *out)
{
	const struct hak_event *e = &ring->event[n % ring->n_slots];

	if (hak_load_acquire(&e->number) != n + 1)
		return false;
	out->when = hak_load_acquire(&e->when);
	out->thread_id = hak_load_acquire(&e->thread_id);
	out->what = hak_load_acquire(&e->what);
	for (unsigned i = 0; i < 3; i++)
		out->value[i] = hak_load_acquire(&e->value[i]);
	return hak_load_relaxed(&e->number) == n + 1;
}

static void print_all(struct hak_text *t, void (*print)(struct hak_text *t, const struct hak_event *e))
{
	struct hak_event e;

	for (const struct hak_cache *c = hak_thread_first_cache(); c != NULL; c = hak_load_acquire(&c->next)) {
		const struct hak_ring *ring = hak_load_acquire(&c->ring);
		uint64_t n = ring != NULL ? hak_load_relaxed(&ring->n) : 0;

		for (uint64_t i = ring != NULL && n > ring->n_slots ? n - ring->n_slots : 0; i < n; i++)
			if (get_event(ring, i, &e))
				print(t, &e);
	}
}

int hak_ring_write(int fd)
{
	struct hak_text t;

	if (hak_load_relaxed(&hak_probe_watcher) == NULL)
		return ENODATA;
	hak_text_open(&t, fd);
	print_all(&t, hak_event_print);
	return hak_text_close(&t);
}

static void print_line(struct hak_text *t, const struct hak_event *e)
{
	hak_text_open_line(t);
	hak_text_add(t, "hakmem: ring: ");
	hak_event_print(t, e);
	hak_text_close(t);
}

void hak_ring_tell(void)
{
	struct hak_text t;

	if (hak_load_relaxed(&hak_probe_watcher) != NULL)
		print_all(&t, print_line);
}

void hak_ring_start(void)
{
	if (hak_options.ring == 0)
		return;
	hak_thread_me.depth++; /* a handler waits for no lock (P2) */
	hak_store_release(&hak_cache_none.ring, make_ring());
	hak_thread_me.depth--;
	hak_store_relaxed(&hak_report_watcher, hak_dump_after_verdict);
	hak_store_release(&hak_probe_watcher, note);
}
