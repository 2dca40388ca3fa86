/* SPDX-License-Identifier: MIT */
/*
 * Owns: slabs: equal blocks on adjacent slices, their state in bitmaps and bytes of our own.
 * Threads: any.
 * Locks: the heap's, for what ends in _locked.
 * B1 A block is alive (its live byte is 1), or cached, or in flight (its bit in remote), or free (its bit in the free
 *    bitmap): exactly one of them. n_free counts the free bits.
 * B2 A slab is in its bin's open list if n_free > 0, else in full; in neither before it is listed and while it goes.
 * B3 A descriptor stays a slab's descriptor with as many words for ever, and is_pending and next_pending survive
 *    its reuse: a thread that is late with its announcement (tiny/remote) writes to nothing else.
 *    Of one block, which is a slab for itself, the live byte tells free (HAK_LIVE_HOME) from cached (0): so a cache that
 *    holds it wrongly, since two threads freed it at the same moment, finds out.
 * B4 Lines by who writes to them: the first, that who frees a block reads, hardly ever; the next, whoever holds the heap's
 *    lock; that of the way home, who frees another heap's blocks.
 */
#ifndef HAK_TINY_SLAB_H
#define HAK_TINY_SLAB_H

#include "base/bits.h"
#include "region/superslab.h"
#include "tiny/cache.h"
#include "tiny/heap.h"

/* What changed in a slab since holes were last looked for. */
enum hak_news {
	HAK_NEWS_NONE,  /* no block became free: nothing to find, and the slab is not in news */
	HAK_NEWS_AGED,  /* blocks became free, but none came or went since the last look */
	HAK_NEWS_FRESH  /* blocks came or went */
};

struct hak_group;

struct hak_slab {
	struct hak_span span;      /* const; first, so that the registry's answer is the slab */
	struct hak_heap *owner;    /* any: const while it is a slab (H2), until it leaves, lk:HEAP; hak_heap_none while unused */
	uint64_t inverse;          /* const: 2^64 / block size, rounded up */
	uint8_t *live;             /* const; its bytes: C3. One for each block, and one more */
	uint16_t n_blocks;         /* const */
	uint16_t n_words;          /* const: of each bitmap */

	struct hak_link link HAK_ALIGNED(HAK_LINE_SIZE); /* lk:HEAP (B2); unused or going: next only */
	struct hak_link in_news;   /* lk:HEAP: unless news is NONE */
	uint32_t n_free;           /* lk:HEAP (B1) */
	uint32_t first_word;       /* lk:HEAP: no free bit before this word */
	bool is_fresh;             /* lk:HEAP: of one block: it reads as zero until it is handed out the first time */
	uint32_t kept;             /* lk:HEAP: bytes of holes that stay for the sake of huge pages */
	uint16_t news;             /* lk:HEAP: enum hak_news */
	uint16_t hole_at;          /* lk:HEAP: the block from which the search for holes goes on */
	uint32_t round;            /* lk:HEAP: in news: the round of decay that looked at it last, or in which it came */
	uint64_t *bits;            /* const; lk:HEAP: n_words; the free bitmap */

	/* Its way home, for what others free. */
	uint64_t *remote HAK_ALIGNED(HAK_LINE_SIZE); /* const; any: n_words; blocks on their way */
	struct hak_slab *next_pending; /* any: while is_pending */
	uint32_t is_pending;       /* any: in, or on its way into, a heap's pending list */
	uint32_t pending_sc;       /* any: the class by whose list it is announced; const while it is a slab */
	struct hak_group *group;   /* const: whose descriptor it is (tiny/group.h) */
	struct hak_slab *next;     /* const: all descriptors ever made */
};

HAK_STATIC(sizeof(void *) < 8 || offsetof(struct hak_slab, link) == HAK_LINE_SIZE); /* B4 */

/* The block that p lies in: its index, or n_blocks for the rest at the end. */
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

/* The only block of a slab, and its class: right before its live byte, so that a look at both costs one line. 0: the slab has
 * gone, or has more. */
HAK_INLINE uintptr_t *hak_slab_only(uint8_t *live)
{
	return (uintptr_t *)(void *)live - 1;
}

HAK_INLINE uintptr_t hak_slab_make_only(const void *block, size_t sc)
{
	return (uintptr_t)block | sc; /* on a slice's border */
}

/* Does the slab of class sc for which slot was filled, and which has no other block, still stand there? _hit */
HAK_INLINE bool hak_slab_has_hit(struct hak_slot slot, size_t sc)
{
	return hak_load_once(hak_slab_only(slot.live)) == hak_slab_make_only(slot.block, sc);
}

/* As hak_cache_pop_class_hit() where each block has a slab for itself. */
HAK_INLINE bool hak_slab_pop_single_hit(struct hak_cache *c, size_t sc, void **out)
{
	struct hak_slot *top = c->top[sc];

	return HAK_LIKELY(top > c->base[sc]) && HAK_LIKELY(hak_slab_has_hit(top[-1], sc)) && hak_cache_pop_class_hit(c, sc, out);
}

/* Makes a slab of class sc for heap h, all blocks free, not listed yet. NULL: no memory. */
struct hak_slab *hak_slab_make_any(struct hak_heap *h, unsigned sc);

void hak_slab_list_locked(struct hak_heap *h, struct hak_slab *s);

/* What is left to do when the lock has been given; zero: nothing. */
struct hak_after {
	struct hak_slab *gone;     /* slabs that have left the heap, linked by link.next: no block is alive */
	struct hak_heap *heap;     /* theirs until then: one for all */
	void *twice;               /* a block that two threads freed at the same moment */
	size_t twice_size;
};

/* Does it: slices go to the superslabs, descriptors to their groups; a verdict. */
void hak_slab_finish(struct hak_after *after);

/* Is it a slab of one block, which is alive? What comes home then is a second free of it. */
HAK_INLINE bool hak_slab_is_alone_alive(const struct hak_slab *s)
{
	return HAK_UNLIKELY(s->n_blocks == 1) && hak_is_alive(hak_load_relaxed(&s->live[0]));
}

/* A block of s was free already. */
void hak_slab_note_twice_locked(const struct hak_slab *s, unsigned idx, struct hak_after *after) HAK_COLD;

/* Takes up to n free blocks, lowest address last, to out[0 .. result). */
unsigned hak_slab_take_locked(struct hak_heap *h, struct hak_slab *s, struct hak_slot *out, unsigned n);

/* A slab that was full until now, or is empty now, goes where it belongs: where an empty one is there already, it leaves. */
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

/* Does the block of s, just taken from it, read as zero? */
HAK_INLINE bool hak_slab_is_fresh(const struct hak_slab *s)
{
	return hak_load_relaxed(&s->is_fresh);
}

/* Takes the empty slabs of class sc that a heap keeps in reserve out of its lists, for good. */
void hak_slab_drop_empty_locked(struct hak_heap *h, unsigned sc, struct hak_after *after);

/* Those of one block each that have been there since the last call. */
void hak_slab_drop_rested_locked(struct hak_heap *h, unsigned sc, struct hak_after *after);

/* Counts and lists all slabs of h anew (H1). */
void hak_slab_relist_locked(struct hak_heap *h);

/* Faults in one slab's counts; one line each. */
size_t hak_slab_check_locked(const struct hak_heap *h, struct hak_slab *s, bool is_open);

#endif
