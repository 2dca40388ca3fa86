/* SPDX-License-Identifier: MIT */
#include "tiny/flush.h"

#include "base/probe.h"

#define N_AHEAD 64 /* blocks whose slabs are prefetched together, before the lock is taken */

/* Finds the slabs of n blocks, and prefetches what will be needed of them: in a large heap, little of it is in the processor's
 * cache, and so all of it comes at once. */
static void find_slabs(const struct hak_slot *slots, unsigned n, struct hak_slab **slab)
{
	struct hak_slab *s = NULL;
	uintptr_t slice = 0;

	for (unsigned i = 0; i < n; i++) {
		if ((uintptr_t)slots[i].block >> HAK_SLICE_SHIFT != slice) {
			slice = (uintptr_t)slots[i].block >> HAK_SLICE_SHIFT;
			s = (struct hak_slab *)hak_registry_find(slots[i].block);
			__builtin_prefetch(s);
			__builtin_prefetch((char *)s + offsetof(struct hak_slab, link), 1);
		}
		slab[i] = s;
	}
	slab[n] = s = NULL;
	for (unsigned i = 0; i < n; i++) {
		const struct hak_span *span = (const struct hak_span *)slab[i]; /* a slab, unless two threads freed the block (C3) */

		if (slab[i] == s)
			continue;
		s = slab[i];
		if (HAK_LIKELY(span != NULL && hak_load_relaxed(&span->kind) == HAK_KIND_SLAB))
			__builtin_prefetch(&s->bits[(size_t)(slots[i].live - s->live) / HAK_WORD_BITS], 1);
	}
}

/* Puts blocks of slab s back, up to the first block of another slab. Returns how many. */
static unsigned put_run_locked(struct hak_heap *h, struct hak_slab *s, const struct hak_slot *slots, struct hak_slab **slab,
	struct hak_after *after)
{
	/* Kept in registers, because for all the compiler knows the blocks might alias the bits. So is the word of bits: the
	 * next block often has the same. */
	const uint8_t *const live = s->live;
	uint64_t w, bits, first;
	unsigned i = 0, n_twice = 0;

	w = first = (uint64_t)(slots[0].live - live) / HAK_WORD_BITS;
	bits = s->bits[w];
	do {
		uint64_t idx = (uint64_t)(slots[i].live - live);

		if (idx / HAK_WORD_BITS != w) {
			hak_own_set(&s->bits[w], bits);
			w = idx / HAK_WORD_BITS;
			bits = s->bits[w];
			if (w < first)
				first = w;
		}
		if (HAK_UNLIKELY((bits >> idx % HAK_WORD_BITS & 1) != 0 || hak_slab_is_alone_alive(s))) {
			hak_slab_note_twice_locked(s, (unsigned)idx, after);
			n_twice++;
		}
		bits |= (uint64_t)1 << idx % HAK_WORD_BITS;
	} while (slab[++i] == s);
	hak_own_set(&s->bits[w], bits);
	if (HAK_LIKELY(i > n_twice))
		hak_slab_count_put_locked(h, s, (unsigned)first, i - n_twice, after);
	return i;
}

static void put_all_locked(struct hak_heap *h, unsigned sc, const struct hak_slot *slots, struct hak_slab **slab, unsigned n,
	struct hak_after *after)
{
	for (unsigned i = 0; i < n;) {
		struct hak_slab *s = slab[i];

		if (HAK_LIKELY(hak_flush_is_of((const struct hak_span *)s, h, sc, slots[i]))) {
			i += put_run_locked(h, s, slots + i, slab + i, after);
			continue;
		}
		HAK_REQUIRE(hak_class_is_single(sc), "a thread cache holds a block of another heap");
		after->twice = slots[i++].block; /* two threads freed it, and its slab is gone since (C3) */
		after->twice_size = hak_class_size(sc);
	}
}

void hak_flush_own(struct hak_cache *c, unsigned sc, const struct hak_slot *slots, unsigned n)
{
	struct hak_slab *slab[N_AHEAD + 1];
	struct hak_after after = { .gone = NULL };

	hak_own_add(&c->n_flushes, 1);
	HAK_PROBE_3(flush, hak_class_size(sc), n, slots->block);
	while (n > 0) {
		unsigned k = n < N_AHEAD ? n : N_AHEAD;

		find_slabs(slots, k, slab);
		hak_heap_lock(c->heap);
		put_all_locked(c->heap, sc, slots, slab, k, &after);
		hak_heap_unlock(c->heap);
		slots += k;
		n -= k;
	}
	hak_slab_finish(&after);
}
