/* SPDX-License-Identifier: MIT */
/*
 * Owns: the way of a batch of blocks from a cache to its heap's slabs.
 * Threads: the cache's owner. Locks: the heap's inside.
 */
#ifndef HAK_TINY_FLUSH_H
#define HAK_TINY_FLUSH_H

#include "tiny/slab.h"

/* Is this the slab of heap h and class sc that slot was filled from? */
HAK_INLINE bool hak_flush_is_of(const struct hak_span *span, const struct hak_heap *h, unsigned sc, struct hak_slot slot)
{
	const struct hak_slab *s = (const struct hak_slab *)span;

	return span != NULL && span->kind == HAK_KIND_SLAB && span->sc == sc && hak_load_relaxed(&s->owner) == h &&
		(uint64_t)(slot.live - s->live) < s->n_blocks;
}

/* Puts n blocks of class sc, which are no longer in the cache's array, back into their slabs. */
void hak_flush_own(struct hak_cache *c, unsigned sc, const struct hak_slot *slots, unsigned n);

#endif
