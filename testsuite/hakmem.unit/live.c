/* SPDX-License-Identifier: MIT */
/* hak-stderr: ^hakmem: free\(0x[0-9a-f]+\): double free \(class (64|106496), thread [0-9]+\)$ */
/* A block's byte says whether it is alive, and a hit believes nothing else: any address but a live block's first byte is a
 * miss, and so is a pop of what is alive. Of two threads that free one block at the same moment one is told, at the latest
 * where it comes home or would be handed out the second time. */
#include "caches.h"
#include "conf/options.h"
#include "conf/report.h"
#include "free/dispatch.h"
#include "tiny/flush.h"

static uint64_t n_told(void)
{
	return hak_report_count();
}

static bool push(struct hak_cache *c, const char *p)
{
	size_t n = 0;
	bool is_pushed;

	for (unsigned sc = 0; sc < HAK_N_CLASSES; sc++)
		n += hak_cache_count_any(c, sc);
	is_pushed = hak_cache_push_hit(c, (void *)p);
	for (unsigned sc = 0; sc < HAK_N_CLASSES; sc++)
		n -= hak_cache_count_any(c, sc);
	CHECK(n == (is_pushed ? SIZE_MAX : 0));
	return is_pushed;
}

static void check_class(struct hak_cache *c, struct hak_cache *stranger, unsigned sc)
{
	size_t size = hak_class_size(sc);
	char *p = take_block(c, sc), *q = take_block(c, sc);
	struct hak_slab *s = slab_of(p);
	char *end = s->span.base + s->span.n_slices * HAK_SLICE_SIZE;
	const struct hak_caller caller = { "free", NULL };
	uint8_t *live = live_of(p);
	void *out;

	CHECK(s == slab_of(q) && *live == HAK_LIVE && hak_block_prove(p, &caller) == &s->span);
	/* Inside it, next to it, in a block that is free, in the rest at the end. */
	for (size_t off = 1; off < size; off += off < 64 || off > size - 64 ? 1 : 61)
		CHECK(!push(c, p + off), "class %u, offset %zu", sc, off);
	for (const char *at = s->span.base + s->n_blocks * size; at < end; at += HAK_ALIGNMENT)
		CHECK(!push(c, at));
	for (unsigned i = 0; i < s->n_blocks; i++)
		CHECK(s->live[i] == (i == live - s->live || i == live_of(q) - s->live ? HAK_LIVE : 0));
	for (unsigned i = 0; i < s->n_blocks; i++)
		if (s->live[i] == 0)
			CHECK(!push(c, s->span.base + i * size));
	CHECK(!push(stranger, p) && !push(&hak_cache_none, p));
	/* Another class than it was asked for, by who tells its size. */
	if (size <= HAK_SMALL_MAX && sc > 0)
		CHECK(!hak_cache_push_sized_hit(c, p, hak_class_size(sc - 1)));

	/* Left where it was by a realloc() for less: alive all the same, and freed on the longer way. */
	*live = HAK_LIVE_RESIZED;
	CHECK(!push(c, p) && hak_block_prove(p, &caller) == &s->span);
	*live = HAK_LIVE;

	CHECK(push(c, p) && *live == 0 && !push(c, p));
	/* A pop of what somebody has made alive again: nobody gets it, and nothing moves. */
	*live = HAK_LIVE;
	CHECK(!hak_cache_pop_class_hit(c, sc, &out) && c->top[sc][-1].block == p);
	*live = 0;
	CHECK(hak_cache_pop_class_hit(c, sc, &out) && out == p && *live == HAK_LIVE);
	give_block(c, p);
	give_block(c, q);
	hak_cache_flush_own(c);
}

/* Both have seen the byte set. */
static void push_both(struct hak_cache *a, struct hak_cache *b, void *p)
{
	CHECK(push(a, p));
	*live_of(p) = HAK_LIVE;
	CHECK(push(b, p));
}

static void check_races(struct hak_cache *a, struct hak_cache *b, struct hak_cache *stranger)
{
	unsigned sc = hak_class_of(64);
	uint64_t n = n_told();
	void *p, *q;

	/* Room in both caches. */
	give_block(a, take_block(a, sc));
	give_block(b, take_block(b, sc));

	/* Two of one heap: told when the second comes home. */
	p = take_block(a, sc);
	push_both(a, b, p);
	hak_cache_flush_own(a);
	CHECK(n_told() == n);
	hak_cache_flush_own(b);
	CHECK(n_told() == ++n);
	CHECK(count_class(sc).alive == 0);

	/* ... or, where it is handed out before: at the second pop. */
	give_block(a, take_block(a, sc));
	give_block(b, take_block(b, sc));
	p = take_block(a, sc);
	push_both(a, b, p);
	q = take_block(a, sc);
	CHECK(q == p && n_told() == n);
	CHECK(!hak_cache_pop_class_hit(b, sc, &q));
	q = hak_cache_take_own(b, sc); /* another one: a program that goes on after that has it once */
	CHECK(n_told() == ++n && q != NULL && q != p && *live_of(p) == HAK_LIVE && *live_of(q) == HAK_LIVE);
	give_block(b, q);
	give_block(a, p);
	hak_cache_flush_own(a);
	hak_cache_flush_own(b);
	CHECK(n_told() == n && count_class(sc).alive == 0);

	/* ... or, where it lives again before the second comes home: told then, and it is not free. */
	give_block(a, take_block(a, sc));
	give_block(b, take_block(b, sc));
	p = take_block(a, sc);
	push_both(a, b, p);
	q = take_block(a, sc);
	hak_cache_flush_own(b);
	CHECK(q == p && n_told() == ++n && *live_of(p) == HAK_LIVE);
	CHECK(!hak_bit_is_set(slab_of(p)->bits, (unsigned)hak_slab_block_idx(slab_of(p), p)));
	give_block(a, p);
	hak_cache_flush_own(a);
	CHECK(n_told() == n && count_class(sc).alive == 0);

	/* ... or, where its slab is gone before: told then. */
	give_block(a, take_block(a, sc));
	give_block(b, take_block(b, sc));
	hak_flush_own(b, sc, b->array[sc], (unsigned)hak_cache_count_any(b, sc)); /* what else it has of the slab */
	b->top[sc] = b->array[sc];
	p = take_block(a, sc);
	push_both(a, b, p);
	hak_cache_flush_own(a);
	hak_heap_collect_any(a->heap); /* it also gives back slabs that are all free */
	CHECK(hak_registry_find(p) == NULL || hak_registry_find(p)->kind != HAK_KIND_SLAB);
	hak_cache_flush_own(b);
	CHECK(n_told() == ++n);

	/* Two of other heaps: told at once. */
	p = take_block(a, sc);
	CHECK(hak_remote_push_any(slab_of(p), hak_slab_block_idx(slab_of(p), p), 0));
	CHECK(!hak_remote_push_any(slab_of(p), hak_slab_block_idx(slab_of(p), p), 0));
	CHECK(!push(a, p) && !push(stranger, p));

	/* One of each: told when both are home. */
	hak_heap_collect_any(a->heap);
	give_block(a, take_block(a, sc));
	p = take_block(a, sc);
	CHECK(push(a, p));
	*live_of(p) = HAK_LIVE;
	CHECK(hak_remote_push_any(slab_of(p), hak_slab_block_idx(slab_of(p), p), 0));
	hak_cache_flush_own(a);
	CHECK(n_told() == n);
	hak_heap_collect_any(a->heap);
	CHECK(n_told() == ++n);
}

/* A block with a slab for itself, freed by two threads: its slab may go while it is in a cache. Whatever stands there by
 * then, what the cache has is not handed out, and it is told. */
static void check_single(struct hak_cache *c, unsigned sc, unsigned kind)
{
	uint64_t n = n_told();
	char *p = take_block(c, sc), *q = NULL;
	uint8_t *live = live_of(p);
	struct hak_slab *s = slab_of(p);
	void *out;

	give_block(c, p);
	CHECK(take_block(c, sc) == p); /* there is room for it now */
	CHECK(!push(c, p + 1) && !push(c, p + HAK_SLICE_SIZE) && !push(c, p + hak_class_size(sc)));
	CHECK(push(c, p) && *live == 0);
	*live = HAK_LIVE;
	CHECK(hak_remote_push_any(s, 0, 0));
	hak_heap_collect_any(c->heap); /* and gives the slab back */
	CHECK(s->owner == &hak_heap_none && hak_registry_find(p)->kind == HAK_KIND_NONE);
	if (kind == 1) { /* its descriptor is used again, and the new block is cached */
		struct hak_cache *other = make_cache(c->heap);

		q = take_block(other, sc + 1);
		CHECK(slab_of(q) == s);
		give_block(other, q);
		CHECK(*live == 0);
	}
	if (kind < 2) {
		CHECK(c->top[sc][-1].block == p && !hak_slab_pop_single_hit(c, sc, &out));
		out = hak_cache_take_own(c, sc);
		CHECK(n_told() == n + 1 && out != p);
		if (out != NULL)
			give_block(c, out);
	}
	hak_cache_flush_own(c);
	CHECK(n_told() == n + 1);
	hak_heap_collect_any(c->heap);
}

int main(void)
{
	struct hak_heap *h = make_heap();
	struct hak_cache *a = make_cache(h), *b = make_cache(h), *stranger = make_cache(make_heap());

	for (unsigned sc = 0; sc < HAK_N_CLASSES && !hak_class_is_single(sc); sc++)
		check_class(a, stranger, sc);
	hak_options.on_report = true;
	check_races(a, b, stranger);
	for (unsigned kind = 0; kind < 3; kind++)
		check_single(make_cache(make_heap()), hak_class_of(KIB(100)), kind);
	settle();
	check_all_home();
	return 0;
}
