/* SPDX-License-Identifier: MIT */
/* Heaps made by hand, and the equations that have to hold over all of them. */
#ifndef HEAPS_H
#define HEAPS_H

#include "unit.h"
#include "region/meta.h"
#include "tiny/cache.h"
#include "tiny/remote.h"

#define MAX_HEAPS 64

static struct hak_heap *heaps[MAX_HEAPS];
static unsigned n_heaps;

/* Not for several threads at once. */
UNUSED static struct hak_heap *make_heap(void)
{
	struct hak_heap *h = hak_meta_take(sizeof *h);

	CHECK(h != NULL && n_heaps < MAX_HEAPS);
	hak_cache_init_own(h);
	h->id = n_heaps + 1;
	h->tag = (uint64_t)1 << 63 | (uint64_t)h->id << 48;
	heaps[n_heaps++] = h;
	return h;
}

struct counts {
	uint64_t alive, in_flight, cached, free, blocks;
	int64_t n_slabs;
};

UNUSED static void count_list(const struct hak_heap *h, struct hak_link *head, bool is_open, struct counts *c)
{
	struct hak_link *l;

	for (l = head->next; l != head; l = l->next) {
		struct hak_slab *s = HAK_MEMBER(l, struct hak_slab, link);

		CHECK(hak_slab_check_own(h, s, is_open) == 0);
		c->free += s->n_free;
		c->blocks += s->n_blocks;
		c->n_slabs++;
		for (unsigned w = 0; w < s->n_words; w++)
			c->in_flight += hak_bits_count(hak_slab_remote(s)[w]);
	}
}

/* B1 and H3 for one class while every heap rests. */
UNUSED static struct counts count_class(unsigned sc)
{
	struct counts c = { 0 };
	uint64_t taken = 0, given = 0, sent = 0, collected = 0;
	int64_t n_slabs = 0;

	for (unsigned i = 0; i < n_heaps; i++) {
		struct hak_heap *h = heaps[i];
		struct hak_bin *bin = &h->bin[sc];
		unsigned n_empty = 0;

		CHECK(h->base[sc] <= h->top[sc] && h->top[sc] <= h->limit[sc]); /* H1 */
		taken += bin->n_taken;
		given += bin->n_given;
		sent += bin->n_sent;
		collected += bin->n_collected;
		n_slabs += bin->n_slabs;
		c.cached += (uint64_t)(h->top[sc] - h->base[sc]);
		count_list(h, &bin->open, true, &c);
		count_list(h, &bin->full, false, &c);
		for (struct hak_link *l = bin->open.next; l != &bin->open; l = l->next) {
			struct hak_slab *s = HAK_MEMBER(l, struct hak_slab, link);

			n_empty += s->n_free == s->n_blocks;
		}
		CHECK(n_empty == bin->n_empty, "heap %u class %u", i, sc);
	}
	c.alive = taken - given - sent - c.cached;
	CHECK(n_slabs == c.n_slabs, "class %u", sc);
	CHECK(sent - collected == c.in_flight, "class %u: %d sent, %d collected, %d in flight", sc, (int)sent,
		(int)collected, (int)c.in_flight);
	CHECK(c.free + c.cached + c.in_flight + c.alive == c.blocks, "class %u", sc);
	return c;
}

/* A block from h's cache, slabs, or a new slab; counts as alive. */
UNUSED static void *take_block(struct hak_heap *h, unsigned sc)
{
	void *p;

	if (hak_heap_pop_class_hit(h, sc, &p))
		return p;
	p = hak_cache_refill_own(h, sc);
	if (p == NULL) {
		hak_cache_sweep_own(h, sc);
		CHECK(hak_slab_make_own(h, sc) != NULL);
		p = hak_cache_refill_own(h, sc);
	}
	CHECK(p != NULL && (uintptr_t)p % HAK_ALIGNMENT == 0);
	return p;
}

/* Frees p through h, which may own it or not. */
UNUSED static void give_block(struct hak_heap *h, void *p)
{
	struct hak_slab *s;

	if (hak_heap_push_hit(h, p))
		return;
	s = (struct hak_slab *)hak_registry_find(p);
	CHECK(s != NULL && s->span.kind == HAK_KIND_SLAB);
	CHECK(hak_slab_has_block(s, p, hak_slab_idx_of(s, p)));
	if (hak_load_relaxed(&s->owner) == h)
		hak_cache_put_own(h, s->span.sc, p, &(const struct hak_caller){ "free", NULL });
	else if (!hak_remote_free_own(h, p))
		CHECK(hak_remote_push_own(h, s, hak_slab_idx_of(s, p)));
}

/* Everything home: afterwards only slabs with live blocks are left. */
UNUSED static void settle(void)
{
	for (unsigned round = 0; round < 2; round++) {
		for (unsigned i = 0; i < n_heaps; i++) {
			hak_remote_collect_own(heaps[i]);
			hak_cache_flush_own(heaps[i]);
			hak_slab_release_empty_own(heaps[i]);
		}
	}
}

/* After settle(), with no block alive: nothing is left anywhere. */
UNUSED static void check_all_home(void)
{
	struct hak_superslab_stats stats;

	for (unsigned sc = 0; sc < HAK_N_CLASSES; sc++) {
		struct counts c = count_class(sc);

		CHECK(c.alive == 0 && c.in_flight == 0 && c.n_slabs == 0,
		      "class %u: %d alive, %d in flight, %d slabs", sc, (int)c.alive, (int)c.in_flight,
		      (int)c.n_slabs);
	}
	hak_superslab_stats_get(&stats);
	CHECK(stats.used == 0 && hak_superslab_check() == 0);
}

#endif
