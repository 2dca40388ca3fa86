/* SPDX-License-Identifier: MIT */
#include "tiny/flush.h"

#include "base/probe.h"

#define N_AHEAD 64 /* blocks whose slabs are prefetched together, before the lock is taken */

/* Blocks next to each other in the batch that lie in one slice. */
struct run {
	struct hak_span *span;        /* a slab; NULL, or something else: two threads freed the block (C3) */
	const struct hak_slot *first; /* the run ends where the next one begins */
};

/* Prefetches the words of the free bitmap that the runs' first blocks have their bits in. */
static void prefetch_bits(const struct run *run, const struct run *end)
{
	for (; run < end; run++) {
		const struct hak_slab *s = (const struct hak_slab *)run->span;

		if (HAK_LIKELY(s != NULL && hak_load_relaxed(&run->span->kind) == HAK_KIND_SLAB))
			__builtin_prefetch(&s->bits[(size_t)(run->first->live - s->live) / HAK_WORD_BITS], 1);
	}
}

/* Finds the runs in [slot, end), and prefetches what will be needed of their slabs: in a large heap, little of it is in the
 * processor's cache, and so all of it comes at once. Returns their end, where one more is written. */
static struct run *find_runs(const struct hak_slot *slot, const struct hak_slot *end, struct run *run)
{
	struct run *begin = run;
	uintptr_t slice = 0; /* no block is there */

	for (; slot < end; slot++) {
		struct hak_span *span;

		if ((uintptr_t)slot->block >> HAK_SLICE_SHIFT == slice)
			continue;
		slice = (uintptr_t)slot->block >> HAK_SLICE_SHIFT;
		span = hak_registry_find(slot->block);
		__builtin_prefetch(span);
		__builtin_prefetch((char *)span + offsetof(struct hak_slab, link), 1);
		*run++ = (struct run){ span, slot };
	}
	*run = (struct run){ NULL, end };
	prefetch_bits(begin, run);
	return run;
}

/* Two threads freed this block at the same moment. */
static void HAK_COLD note_twice(unsigned sc, const struct hak_slot *slot, struct hak_after *after)
{
	after->twice = slot->block;
	after->twice_size = hak_class_size(sc);
}

/* Puts the blocks [slot, end) back, the first of which is of slab s. */
static void put_run_locked(struct hak_heap *h, struct hak_slab *s, const struct hak_slot *slot, const struct hak_slot *end,
	struct hak_after *after)
{
	/* Kept in registers, because for all the compiler knows the blocks might alias the bits. So is the word of bits: the
	 * next block often has the same. */
	const uint8_t *const live = s->live;
	const uint64_t n_blocks = s->n_blocks;
	uint64_t *const words = s->bits;
	unsigned n = (unsigned)(end - slot);
	uint64_t w, bits, first;

	w = first = (uint64_t)(slot->live - live) / HAK_WORD_BITS;
	bits = words[w];
	for (; slot < end; slot++) {
		uint64_t idx = (uint64_t)(slot->live - live), before;

		/* If another thread came first, the block has another owner, its slab is another one now, or (below) it is free. */
		if (HAK_UNLIKELY(idx >= n_blocks || hak_is_alive(hak_load_relaxed(slot->live)))) {
			note_twice(s->span.sc, slot, after);
			n--;
			continue;
		}
		if (idx / HAK_WORD_BITS != w) {
			hak_own_set(&words[w], bits);
			w = idx / HAK_WORD_BITS;
			bits = words[w];
			if (w < first)
				first = w;
		}
		before = bits;
		bits |= (uint64_t)1 << idx % HAK_WORD_BITS;
		if (HAK_UNLIKELY(bits == before)) {
			note_twice(s->span.sc, slot, after);
			n--;
		}
	}
	hak_own_set(&words[w], bits);
	if (HAK_LIKELY(n > 0))
		hak_slab_count_put_locked(h, s, (unsigned)first, n, after);
}

void hak_flush_own(struct hak_cache *c, unsigned sc, const struct hak_slot *slots, unsigned n)
{
	struct run runs[N_AHEAD + 1];
	struct hak_after after = { .gone = NULL };

	hak_own_add(&c->n_flushes, 1);
	HAK_PROBE_3(flush, hak_class_size(sc), n, slots->block);
	for (const struct hak_slot *end = slots + n, *stop; slots < end; slots = stop) {
		struct run *ends;

		stop = end - slots < N_AHEAD ? end : slots + N_AHEAD;
		ends = find_runs(slots, stop, runs);
		hak_heap_lock(c->heap);
		for (struct run *run = runs; run < ends; run++)
			if (HAK_LIKELY(hak_flush_is_of(run->span, c->heap, sc, *run->first)))
				put_run_locked(c->heap, (struct hak_slab *)run->span, run->first, run[1].first, &after);
			else
				note_twice(sc, run->first, &after); /* and its slab is gone since (C3) */
		hak_heap_unlock(c->heap);
	}
	hak_slab_finish(&after);
}
