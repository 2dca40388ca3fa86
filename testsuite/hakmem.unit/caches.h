/* SPDX-License-Identifier: MIT */
/* Heaps and caches made by hand, and the equation that has to hold over all of them. */
#ifndef CACHES_H
#define CACHES_H

#include "unit.h"
#include "region/meta.h"
#include "tiny/cache.h"
#include "tiny/remote.h"
#include "tiny/slab.h"

#define MAX_MADE 64

static struct hak_heap *heaps[MAX_MADE];
static struct hak_cache *caches[MAX_MADE];
static unsigned n_heaps, n_caches;

/* Not for several threads at once. */
UNUSED static struct hak_heap *make_heap(void)
{
	struct hak_heap *h = hak_meta_take(sizeof *h);

	CHECK(h != NULL && n_heaps < MAX_MADE);
	hak_heap_init(h, n_heaps + 1);
	heaps[n_heaps++] = h;
	return h;
}

UNUSED static struct hak_cache *make_cache(struct hak_heap *h)
{
	struct hak_cache *c = hak_meta_take(sizeof *c);

	CHECK(c != NULL && n_caches < MAX_MADE);
	hak_cache_init_own(c);
	c->heap = h;
	c->tag = h->tag;
	c->n_most = HAK_BUDGET_MOST;
	caches[n_caches++] = c;
	return c;
}

/* A new slab of h, listed. */
UNUSED static struct hak_slab *make_slab(struct hak_heap *h, unsigned sc)
{
	struct hak_slab *s = hak_slab_make_any(h, sc);

	CHECK(s != NULL);
	hak_heap_lock(h);
	hak_slab_list_locked(h, s);
	hak_heap_unlock(h);
	return s;
}

UNUSED static struct hak_slab *slab_of(const void *p)
{
	struct hak_span *span = hak_registry_find(p);

	CHECK(span != NULL && span->kind == HAK_KIND_SLAB);
	return (struct hak_slab *)span;
}

UNUSED static uint8_t *live_of(const void *p)
{
	struct hak_slab *s = slab_of(p);
	size_t idx = hak_slab_block_idx(s, p);

	CHECK(idx < s->n_blocks);
	return &s->live[idx];
}

/* A block from the cache, its heap's slabs, or a new slab. */
UNUSED static void *take_block(struct hak_cache *c, unsigned sc)
{
	void *p;

	if (!hak_cache_pop_class_hit(c, sc, &p)) {
		hak_own_add(&c->n_misses, 1);
		if ((p = hak_cache_take_own(c, sc)) == NULL)
			do
				make_slab(c->heap, sc);
			while ((p = hak_cache_refill_own(c, sc)) == NULL);
	}
	CHECK((uintptr_t)p % HAK_ALIGNMENT == 0 && hak_load_relaxed(live_of(p)) == HAK_LIVE);
	return p;
}

/* Frees p through c, whose heap's it may be or not, as free/dispatch.c does. */
UNUSED static void give_block(struct hak_cache *c, void *p)
{
	struct hak_slab *s;

	if (hak_cache_push_hit(c, p))
		return;
	s = slab_of(p);
	CHECK(hak_is_alive(hak_load_relaxed(live_of(p))));
	if (hak_load_relaxed(&s->owner) == c->heap) {
		hak_own_add(&c->n_misses, 1);
		hak_own_set(live_of(p), 0);
		hak_cache_put_own(c, s->span.sc, p, live_of(p));
	} else {
		CHECK(hak_remote_push_any(s, hak_slab_block_idx(s, p), 0));
		hak_own_add(&c->n_remote, 1);
	}
}

struct counts {
	uint64_t alive, in_flight, cached, free, blocks, n_slabs, n_empty;
};

UNUSED static void count_list(const struct hak_heap *h, struct hak_link *head, bool is_open, struct counts *c)
{
	for (struct hak_link *l = head->next; l != head; l = l->next) {
		struct hak_slab *s = HAK_MEMBER(l, struct hak_slab, link);

		CHECK(l->next->prev == l && l->prev->next == l);
		CHECK(hak_slab_check_locked(h, s, is_open) == 0);
		c->free += s->n_free;
		c->blocks += s->n_blocks;
		c->n_slabs++;
		c->n_empty += s->n_free == s->n_blocks;
		for (unsigned w = 0; w < s->n_words; w++)
			c->in_flight += hak_bits_count(s->remote[w]);
		for (unsigned i = 0; i < s->n_blocks; i++)
			c->alive += hak_is_alive(s->live[i]);
	}
}

/* The first slot of a cache's array, wherever base is. */
UNUSED static struct hak_slot *slots_begin(const struct hak_cache *c, unsigned sc)
{
	return c->array[sc];
}

/* B1 for one class while everybody rests: live bytes, arrays and bitmaps tell the same. */
UNUSED static struct counts count_class(unsigned sc)
{
	struct counts c = { 0 };

	for (unsigned i = 0; i < n_caches; i++) {
		struct hak_cache *cache = caches[i];

		/* C1 */
		CHECK(slots_begin(cache, sc) <= cache->base[sc] && cache->base[sc] <= cache->top[sc]);
		CHECK(cache->top[sc] <= cache->limit[sc]);
		c.cached += (uint64_t)(cache->top[sc] - slots_begin(cache, sc));
		for (struct hak_slot *slot = slots_begin(cache, sc); slot < cache->top[sc]; slot++) {
			struct hak_slab *s = slab_of(slot->block);

			CHECK(s->owner == cache->heap && s->span.sc == sc && slot->live == live_of(slot->block));
			CHECK(*slot->live == 0 && !hak_bit_is_set(s->bits, (unsigned)hak_slab_block_idx(s, slot->block)));
		}
	}
	for (unsigned i = 0; i < n_heaps; i++) {
		struct hak_bin *bin = &heaps[i]->bin[sc];
		struct counts mine = { 0 };

		count_list(heaps[i], &bin->open, true, &mine);
		CHECK(mine.n_empty == bin->n_empty, "heap %u class %u", i, sc);
		count_list(heaps[i], &bin->full, false, &mine);
		CHECK(mine.n_slabs == bin->n_slabs, "heap %u class %u", i, sc);
		c.free += mine.free;
		c.blocks += mine.blocks;
		c.alive += mine.alive;
		c.in_flight += mine.in_flight;
		c.n_slabs += mine.n_slabs;
		c.n_empty += mine.n_empty;
	}
	CHECK(c.free + c.cached + c.in_flight + c.alive == c.blocks, "class %u: %d free, %d cached, %d in flight, %d alive, of %d",
		sc, (int)c.free, (int)c.cached, (int)c.in_flight, (int)c.alive, (int)c.blocks);
	return c;
}

/* The bytes that a cache's arrays claim (C4). */
UNUSED static size_t claimed(const struct hak_cache *c)
{
	size_t n = 0;

	for (unsigned sc = 0; sc < HAK_N_CLASSES; sc++)
		n += c->n_slots[sc] * (hak_class_size(sc) + sizeof(struct hak_slot));
	CHECK(n == c->n_bytes, "%zu bytes claimed, %zu counted", n, c->n_bytes);
	return n;
}

/* All news of a heap are slabs of its lists, and counted. */
UNUSED static void check_news(const struct hak_heap *h)
{
	unsigned n = 0;

	for (const struct hak_link *l = h->news.next; l != &h->news; l = l->next) {
		const struct hak_slab *s = HAK_MEMBER(l, const struct hak_slab, in_news);

		CHECK(l->next->prev == l && l->prev->next == l);
		CHECK(s->owner == h && s->news != HAK_NEWS_NONE);
		n++;
	}
	CHECK(n == h->n_news && h->n_round <= n, "%u news, not %u; %u to look at", n, h->n_news, h->n_round);
}

/* Everything that is free goes back. */
UNUSED static void settle(void)
{
	for (unsigned i = 0; i < n_caches; i++)
		hak_cache_flush_own(caches[i]);
	/* Twice: what was announced to one is forwarded to another. */
	for (unsigned i = 0; i < 2 * n_heaps; i++) {
		hak_heap_collect_any(heaps[i % n_heaps]);
		check_news(heaps[i % n_heaps]);
	}
}

/* After settle(), with nothing alive: no slab, no slice is left. */
UNUSED static void check_all_home(void)
{
	struct hak_superslab_stats stats;

	for (unsigned sc = 0; sc < HAK_N_CLASSES; sc++) {
		struct counts c = count_class(sc);

		CHECK(c.blocks == 0 && c.cached == 0, "class %u: %d blocks", sc, (int)c.blocks);
	}
	for (unsigned i = 0; i < n_heaps; i++)
		CHECK(heaps[i]->n_news == 0);
	for (unsigned i = 0; i < n_caches; i++)
		CHECK(claimed(caches[i]) == 0);
	hak_superslab_stats_get(&stats);
	CHECK(stats.used == 0 && hak_superslab_check() == 0);
}

#endif
