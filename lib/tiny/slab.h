/* SPDX-License-Identifier: MIT */
/*
 * Owns: slabs: equal blocks on adjacent slices, with their state in bitmaps and bytes elsewhere.
 * Threads: any.
 * Locks: the heap's, for what ends in _locked.
 * B1 A block is exactly one of: live (its live byte is 1), cached, in flight (its bit in remote), free (its bit in the
 *    free bitmap). n_free counts the free bits.
 * B2 A slab is in its bin's open list if n_free > 0, otherwise in the full list; in neither before it is listed and
 *    while it leaves.
 * B3 A slab's descriptor is never used for anything else, and keeps its number of words; is_pending and next_pending
 *    survive its reuse. So a thread that announces late (tiny/remote) writes to nothing else. If a slab has one block,
 *    the live byte also tells free (HAK_LIVE_HOME) from cached (0), so that a cache that holds the block by mistake,
 *    after two threads freed it at the same moment, finds out.
 * B4 Cache lines are separated by who writes to them. The first, which every free reads, is hardly ever written; the
 *    next is written under the heap's lock; the last by remote frees.
 */
#ifndef HAK_TINY_SLAB_H
#define HAK_TINY_SLAB_H

#include "base/bits.h"
#include "region/superslab.h"
#include "tiny/cache.h"
#include "tiny/heap.h"

/* What changed in a slab since holes were last looked for. */
enum hak_news {
	HAK_NEWS_NONE,  /* no block became free: no new holes, and the slab is not in news */
	HAK_NEWS_AGED,  /* blocks became free, but nothing changed since the last look */
	HAK_NEWS_FRESH  /* blocks came or went */
};

struct hak_aside;
struct hak_group;

struct hak_slab {
	struct hak_span span;      /* const; first, so that the registry's answer is the slab */
	struct hak_heap *owner;    /* any; written lk:HEAP: const while it is listed (H2); else hak_heap_none */
	uint64_t inverse;          /* const: 2^64 / block size, rounded up */
	uint8_t *live;             /* const; its bytes: C3. One for each block, and one more */
	uint16_t n_blocks;         /* const */
	uint16_t n_words;          /* const: of each bitmap */

	struct hak_link link HAK_ALIGNED(HAK_LINE_SIZE); /* lk:HEAP (B2); unused or going: next only */
	struct hak_link in_news;   /* lk:HEAP: unless news is NONE */
	uint32_t n_free;           /* lk:HEAP (B1) */
	uint32_t first_word;       /* lk:HEAP: no free bit before this word */
	bool is_fresh;             /* lk:HEAP: slab of one block: it reads as zero, and was never handed out */
	uint32_t kept;             /* lk:HEAP: bytes of holes that stay to keep huge pages whole */
	uint16_t news;             /* lk:HEAP: enum hak_news */
	uint16_t hole_at;          /* lk:HEAP: the block at which the search for holes continues */
	uint32_t round;            /* lk:HEAP: in news: the round of decay that looked at it last, or in which it came */
	uint64_t *bits;            /* const; lk:HEAP: n_words; the free bitmap */

	/* For remote frees. */
	uint64_t *remote HAK_ALIGNED(HAK_LINE_SIZE); /* const; any: n_words; blocks in flight */
	struct hak_slab *next_pending; /* any: while is_pending */
	uint32_t is_pending;       /* any: in, or on its way into, a heap's pending list */
	uint32_t pending_sc;       /* any: the class in whose list it is announced; const while it is a slab */
	struct hak_group *group;   /* const: the group that its descriptor is in (tiny/group.h) */
	struct hak_slab *next;     /* const: all descriptors ever made */
	struct hak_aside *aside;   /* any: const while it is a slab: its additions in a hardened process, or NULL */
};

HAK_STATIC(sizeof(void *) < 8 || offsetof(struct hak_slab, link) == HAK_LINE_SIZE); /* B4 */

/* The index of the block that p lies in; n_blocks for the unused end. */
HAK_INLINE unsigned hak_slab_idx_of(const struct hak_slab *s, const void *p)
{
	uint64_t idx;

	hak_registry_idx_hit((uint64_t)((const char *)p - s->span.base), &s->inverse, &idx);
	return (unsigned)idx;
}

/* The same if p is a block's first byte; else n_blocks or more. */
HAK_INLINE size_t hak_slab_block_idx(const struct hak_slab *s, const void *p)
{
	uint64_t idx;

	return hak_registry_idx_hit((uint64_t)((const char *)p - s->span.base), &s->inverse, &idx) ? (size_t)idx : SIZE_MAX;
}

/* A slab as a watcher sees it, whose block may be freed meanwhile and the descriptor become another slab's: the fields may
 * then be of two slabs, but n_blocks always fits the descriptor. */
struct hak_slab_view {
	char *base;
	unsigned sc;
	size_t size; /* of a block of class sc */
	size_t n_blocks;
};

HAK_INLINE struct hak_slab_view hak_slab_view_any(const struct hak_slab *s)
{
	unsigned sc = hak_load_relaxed(&s->span.sc);

	return (struct hak_slab_view){ .base = hak_load_relaxed(&s->span.base), .sc = sc, .size = hak_class_size(sc),
		.n_blocks = hak_load_relaxed(&s->n_blocks) };
}

/* The index of the block that p lies in; n_blocks or more: in none. */
HAK_INLINE size_t hak_slab_view_idx(const struct hak_slab_view *v, const void *p)
{
	return (uintptr_t)p >= (uintptr_t)v->base ? ((uintptr_t)p - (uintptr_t)v->base) / v->size : SIZE_MAX;
}

/* The block and class of a slab of one block. Lies right before its live byte, so that reading both costs one cache
 * line. 0: the slab is gone, or has more blocks. */
HAK_INLINE uintptr_t *hak_slab_only(uint8_t *live)
{
	return (uintptr_t *)(void *)live - 1;
}

HAK_INLINE uintptr_t hak_slab_make_only(const void *block, size_t sc)
{
	return (uintptr_t)block | sc; /* on a slice's border */
}

/* Is the slab of one block and class sc that slot was filled from still there? */
HAK_INLINE bool hak_slab_has_hit(struct hak_slot slot, size_t sc)
{
	return hak_load_once(hak_slab_only(slot.live)) == hak_slab_make_only(slot.block, sc);
}

/* As hak_cache_pop_class_hit() for classes whose blocks have a slab each. */
HAK_INLINE bool hak_slab_pop_single_hit(struct hak_cache *c, size_t sc, void **out)
{
	struct hak_slot *top = c->top[sc];

	return HAK_LIKELY(top > hak_load_once(&c->base[sc])) && HAK_LIKELY(hak_slab_has_hit(top[-1], sc)) && hak_cache_pop_class_hit(c, sc, out);
}

/* Makes a slab of class sc for heap h, all blocks free, not listed yet. NULL: no memory. */
struct hak_slab *hak_slab_make_any(struct hak_heap *h, unsigned sc);

/* From here on h owns it. */
void hak_slab_list_locked(struct hak_heap *h, struct hak_slab *s);

/* What is left to do once the lock is released; zero: nothing. */
struct hak_after {
	struct hak_slab *gone;     /* slabs that have left the heap, linked by link.next: no block is live */
	struct hak_heap *heap;     /* the heap that all of them left */
	void *twice;               /* a block that two threads freed at the same moment */
	size_t twice_size;
};

/* Does it: gives slices to the superslabs and descriptors to their groups, and reports a double free, late (P4). */
void hak_slab_finish(struct hak_after *after);

/* Is it a slab of one block, which is live? Then whatever comes back is a second free of it. */
HAK_INLINE bool hak_slab_is_alone_alive(const struct hak_slab *s)
{
	return HAK_UNLIKELY(s->n_blocks == 1) && hak_is_alive(hak_load_relaxed(&s->live[0]));
}

/* A block of s was free already. */
void hak_slab_note_twice_locked(const struct hak_slab *s, unsigned idx, struct hak_after *after) HAK_COLD;

/* Takes up to n free blocks, lowest address last, to out[0 .. result). */
unsigned hak_slab_take_locked(struct hak_heap *h, struct hak_slab *s, struct hak_slot *out, unsigned n);

/* The same, or at random with HAK_HARDEN_RANDOM. For a slab of more than one block. */
unsigned hak_slab_draw_locked(struct hak_heap *h, struct hak_slab *s, struct hak_slot *out, unsigned n);

/* Moves a slab that was full until now, or is empty now, to where it belongs. If the heap has an empty one already, it
 * leaves. */
void hak_slab_turn_locked(struct hak_heap *h, struct hak_slab *s, bool was_full, struct hak_after *after);

/* Puts s into news; takes it out, if it is there. */
void hak_slab_tell_locked(struct hak_heap *h, struct hak_slab *s);
void hak_slab_untell_locked(struct hak_heap *h, struct hak_slab *s);

/* The caller has set n free bits, none before word w. */
HAK_INLINE void hak_slab_count_put_locked(struct hak_heap *h, struct hak_slab *s, unsigned w, unsigned n,
	struct hak_after *after)
{
	unsigned n_before = s->n_free;

	if (w < s->first_word)
		s->first_word = w;
	hak_own_set(&s->n_free, n_before + n);
	if (HAK_UNLIKELY(s->news == HAK_NEWS_NONE))
		hak_slab_tell_locked(h, s);
	s->news = HAK_NEWS_FRESH;
	if (HAK_UNLIKELY(n_before == 0 || n_before + n == s->n_blocks))
		hak_slab_turn_locked(h, s, n_before == 0, after);
}

/* Sets free bits of word w. */
void hak_slab_put_locked(struct hak_heap *h, struct hak_slab *s, unsigned w, uint64_t bits, struct hak_after *after);

/* Takes, and puts back, the free blocks [first, first + n), for purging. */
void hak_slab_take_range_locked(struct hak_heap *h, struct hak_slab *s, unsigned first, unsigned n);
void hak_slab_put_range_locked(struct hak_heap *h, struct hak_slab *s, unsigned first, unsigned n, struct hak_after *after);

/* Does the block of s that was just taken read as zero? */
HAK_INLINE bool hak_slab_is_fresh(const struct hak_slab *s)
{
	return hak_load_relaxed(&s->is_fresh);
}

/* Removes from the heap the empty slabs of class sc that it keeps in reserve. */
void hak_slab_drop_empty_locked(struct hak_heap *h, unsigned sc, struct hak_after *after);

/* Takes out of h, which no cache uses (H3), an open slab of class sc, of which at least 1/HAK_LEND_RATIO is free. NULL: none
 * was found. The caller holds CACHES, too, and gives the slab to another heap: */
struct hak_slab *hak_slab_part_locked(struct hak_heap *h, unsigned sc);
void hak_slab_join_any(struct hak_heap *h, struct hak_slab *s, struct hak_heap *from);

/* Removes those of one block each that have been empty since the last call. */
void hak_slab_drop_rested_locked(struct hak_heap *h, unsigned sc, struct hak_after *after);

/* Rebuilds the counts and lists of all slabs of h (H1). */
void hak_slab_relist_locked(struct hak_heap *h);

/* Checks one slab. Returns 0, or 1 after a line on stderr. */
size_t hak_slab_check_locked(const struct hak_heap *h, struct hak_slab *s, bool is_open);

#endif
