/* SPDX-License-Identifier: MIT */
/* An event that somebody is writing is left alone, unless a fork has left it so; it is not read. Where a lock may be held, no ring
 * is made: the common one serves. Misses deep inside of each other end the recording. */
#include "unit.h"
#include "hakmem.h"
#include "watch/ring.c"

static struct hak_ring *own_ring(void)
{
	return hak_thread_me.cache->ring;
}

static struct hak_event *next_slot(void)
{
	return &own_ring()->event[own_ring()->n % own_ring()->n_slots];
}

static void note_one(void)
{
	note(HAK_PROBE_run, 1, 2, 3);
}

int main(void)
{
	struct hak_lock lock = HAK_LOCK(HAK_RANK_META);
	struct hak_event *e, copy;
	uint64_t n;

	hakmem_free(hakmem_malloc(100));
	hak_options.ring = 4;
	hak_ring_start(); /* the constructor is not in it */
	hakmem_free(hakmem_malloc(2000));
	CHECK(own_ring() != NULL && own_ring()->n_slots == 4 && own_ring()->n > 0);
	e = next_slot();
	n = own_ring()->n;
	note_one();
	CHECK(e->number == n + 1 && get_event(own_ring(), n, &copy));
	CHECK(copy.what == HAK_PROBE_run && copy.value[0] == 1 && copy.value[1] == 2 && copy.value[2] == 3);
	CHECK(!get_event(own_ring(), n + 4, &copy), "not there yet");

	e = next_slot();
	n = own_ring()->n;
	e->number = HAK_EVENT_BUSY | hak_fork_generation();
	e->value[0] = 77;
	note_one();
	CHECK(e->value[0] == 77 && !get_event(own_ring(), n, &copy), "somebody else's");
	CHECK(own_ring()->n == n + 1);
	e = next_slot();
	e->number = HAK_EVENT_BUSY | (hak_fork_generation() + 1);
	note_one();
	CHECK(e->number == n + 2 && get_event(own_ring(), n + 1, &copy), "a fork left it behind");

	n = own_ring()->n;
	hak_thread_me.depth = HAK_RING_DEPTH + 1;
	note_one();
	CHECK(own_ring()->n == n, "too deep");

	/* As in a handler that interrupts a miss amid of a lock. */
	hak_thread_me.depth = 1;
	hak_thread_me.cache->ring = NULL;
	n = hak_cache_none.ring->n;
	CHECK(hak_lock_take(&lock));
	note_one();
	CHECK(own_ring() == NULL && hak_cache_none.ring->n == n + 1, "a ring was made");
	hak_lock_give(&lock);
	hak_thread_me.depth = 2;
	note_one();
	CHECK(own_ring() == NULL && hak_cache_none.ring->n == n + 2, "a ring was made");
	hak_thread_me.depth = 1;
	note_one();
	CHECK(own_ring() != NULL && own_ring()->n == 1 && hak_cache_none.ring->n == n + 2);
	hak_thread_me.depth = 0;
	return 0;
}
