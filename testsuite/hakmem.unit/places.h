/* SPDX-License-Identifier: MIT */
/* Where the blocks of the whole library are, and which threads it counts. */
#ifndef PLACES_H
#define PLACES_H

#include "unit.h"
#include "thread/heap.h"
#include "thread/salvage.h"
#include "thread/thread.h"
#include "tiny/remote.h"
#include "tiny/group.h"
#include "tiny/slab.h"

#include <hakmem.h>

UNUSED static uint8_t *count_of(uint8_t **counts, const struct hak_slab *s)
{
	size_t i = 0;

	for (const struct hak_slab *other = hak_group_first_slab_any(); other != s; other = other->next)
		i++;
	return counts[i];
}

/* Each block of every slab is in one place. */
UNUSED static void check_places(void)
{
	static uint8_t *counts[1000]; /* by slab: in how many places each block is */
	size_t n = 0;

	for (struct hak_slab *s = hak_group_first_slab_any(); s != NULL; s = s->next) {
		CHECK(n < N_OF(counts) && (counts[n] = calloc(1, s->n_blocks + 1U)));
		if (s->owner != &hak_heap_none)
			for (unsigned i = 0; i < s->n_blocks; i++)
				counts[n][i] = (uint8_t)(hak_is_alive(s->live[i]) + hak_bit_is_set(s->bits, i) +
					hak_bit_is_set(s->remote, i));
		n++;
	}
	for (struct hak_cache *c = hak_thread_first_cache(); c != NULL; c = c->next)
		for (unsigned sc = 0; sc < HAK_N_CLASSES; sc++)
			for (struct hak_slot *slot = c->array[sc]; slot < c->top[sc]; slot++) {
				struct hak_slab *s = (struct hak_slab *)hak_registry_find(slot->block);

				CHECK(s != NULL && s->owner == c->heap);
				count_of(counts, s)[hak_slab_block_idx(s, slot->block)]++;
			}
	for (struct hak_slab *s = hak_group_first_slab_any(); s != NULL; s = s->next)
		for (unsigned i = 0; s->owner != &hak_heap_none && i < s->n_blocks; i++)
			CHECK(count_of(counts, s)[i] == 1, "block %u of %u bytes is in %d places", i, (unsigned)s->span.size,
				count_of(counts, s)[i]);
	while (n > 0)
		free(counts[--n]);
}

UNUSED static uint64_t n_counted(void)
{
	struct hak_thread_stats stats;
	uint64_t n = 0;

	hak_thread_stats_get(&stats);
	for (struct hak_heap *h = hak_heaps_first(); h != NULL; h = h->next)
		n += h->n_threads;
	CHECK(n == stats.n_threads, "%d in heaps, %d threads", (int)n, (int)stats.n_threads);
	return n;
}

#endif
