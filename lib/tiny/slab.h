/* SPDX-License-Identifier: MIT */
/*
 * Owns: slabs: equal blocks on adjacent slices, their state in bitmaps of our own.
 * Threads: the owner's thread, except for the fields marked any.
 * Locks: SLABS, for the pool of unused descriptors.
 * B1 A block is alive, or cached, or in flight (its bit in remote), or free (its bit in the free
 *    bitmap): exactly one of them. n_free counts the free bits.
 * B2 A slab is in its bin's open list if n_free > 0, else in full.
 * B3 A descriptor stays a slab's descriptor with as many words for ever, and is_pending and next_pending survive
 *    its reuse: a thread that is late with its announcement (tiny/remote) writes to nothing else.
 * B4 Lines by who writes to them: the first, that who frees a block reads, hardly ever; the next, the owner; the one of
 *    is_pending and, for most classes, all remote bits, who frees another's blocks.
 */
#ifndef HAK_TINY_SLAB_H
#define HAK_TINY_SLAB_H

#include "region/superslab.h"
#include "tiny/heap.h"

/* What changed in a slab since the purger last looked for holes. */
enum hak_news {
	HAK_NEWS_NONE,  /* no block became free: nothing to find */
	HAK_NEWS_AGED,  /* blocks became free, but none came or went since the last look */
	HAK_NEWS_FRESH  /* blocks came or went */
};

struct hak_slab {
	struct hak_span span;      /* const; first, so that the registry's answer is the slab */
	struct hak_heap *owner;    /* any: changes by adoption; hak_heap_none's while unused */
	uint64_t inverse;          /* const: 2^36 / block size, rounded up */
	uint64_t *bits;            /* const: the free bitmap, behind the other one; its words: own */
	uint32_t block_size;       /* const: bytes */
	uint16_t n_blocks;         /* const */
	uint16_t n_words;          /* const: of each bitmap */

	struct hak_link link HAK_ALIGNED(HAK_LINE_SIZE); /* own (B2); lk:SLABS for an unused descriptor: next only */
	uint32_t n_free;           /* own (B1) */
	uint32_t first_word;       /* own: no free bit before this word */
	uint16_t news;             /* own: enum hak_news */
	uint16_t hole_at;          /* own: the block from which the search for holes goes on */
	uint32_t kept;             /* own: bytes of holes that stay for the sake of huge pages */

	struct hak_slab *next_pending HAK_ALIGNED(HAK_LINE_SIZE); /* any: while is_pending */
	uint32_t is_pending;       /* any: in, or on its way into, a heap's pending list */
	uint32_t pending_sc;           /* any: the class by whose list it is announced; as owner, const while it is a slab */
	uint64_t remote[];         /* any: n_words; blocks on their way home */
};

HAK_STATIC(sizeof(void *) < 8 || offsetof(struct hak_slab, link) == HAK_LINE_SIZE); /* B4 */

/* Where p lies in the slab at base: the block's index and, in the low HAK_INVERSE_SHIFT bits, how far inside. Exact: with
 * off < 2^20 and a block of less than 2^16 (or just that, a power of two) the error stays below one byte. */
#define HAK_INVERSE_SHIFT 36
HAK_INLINE uint64_t hak_slab_place(const char *base, uint64_t inverse, const void *p)
{
	return (uint64_t)((const char *)p - base) * inverse;
}

/* Is it a block's first byte? A byte further on adds a whole inverse. */
HAK_INLINE bool hak_slab_is_first(uint64_t place, uint64_t inverse)
{
	return place << (64 - HAK_INVERSE_SHIFT) < inverse << (64 - HAK_INVERSE_SHIFT);
}

/* The block that p lies in: its index, or n_blocks for the rest at the end. */
HAK_INLINE unsigned hak_slab_idx_of(const struct hak_slab *s, const void *p)
{
	return (unsigned)(hak_slab_place(s->span.base, s->inverse, p) >> HAK_INVERSE_SHIFT);
}

/* Is p the first byte of a block? */
HAK_INLINE bool hak_slab_has_block(const struct hak_slab *s, const void *p, unsigned idx)
{
	return idx < s->n_blocks && s->span.base + (size_t)idx * s->block_size == (const char *)p;
}

HAK_INLINE uint64_t *hak_slab_remote(struct hak_slab *s)
{
	return s->remote;
}

/* Makes a slab of class sc for heap h, all blocks free, in the bin's open list. NULL: no memory. */
struct hak_slab *hak_slab_make_own(struct hak_heap *h, unsigned sc);

/* Gives a slab with all blocks free back: its slices to the superslab, its descriptor to the pool. */
void hak_slab_release_own(struct hak_heap *h, struct hak_slab *s);

/* Takes up to n free blocks, lowest address last, to out[0 .. result). */
unsigned hak_slab_take_own(struct hak_heap *h, struct hak_slab *s, void **out, unsigned n);

/* Sets n free bits of word w (none of them set yet). False: that emptied the slab, and it is gone. */
bool hak_slab_put_own(struct hak_heap *h, struct hak_slab *s, unsigned w, uint64_t bits, unsigned n);

/* A slab that was full until now, or is empty now, goes where it belongs. False: it is gone. */
bool hak_slab_turn_own(struct hak_heap *h, struct hak_slab *s, bool was_full);

/* As hak_slab_put_own() after the caller has set n free bits itself, none before word w. */
HAK_INLINE bool hak_slab_count_put_own(struct hak_heap *h, struct hak_slab *s, unsigned w, unsigned n)
{
	unsigned n_before = s->n_free;

	if (w < s->first_word)
		s->first_word = w;
	s->n_free = n_before + n;
	s->news = HAK_NEWS_FRESH;
	if (HAK_LIKELY(n_before > 0 && n_before + n < s->n_blocks))
		return true;
	return hak_slab_turn_own(h, s, n_before == 0);
}

/* Takes, and puts back, the free blocks [first, first + n): for the purger. Counted as any other block. */
void hak_slab_take_range_own(struct hak_heap *h, struct hak_slab *s, unsigned first, unsigned n);
void hak_slab_put_range_own(struct hak_heap *h, struct hak_slab *s, unsigned first, unsigned n);

/* Is the block free, or on its way home? Any thread; for a live block the answer is no whatever the owner does. */
HAK_INLINE bool hak_slab_is_free_any(struct hak_slab *s, unsigned idx)
{
	uint64_t free = hak_load_relaxed(&s->bits[idx / HAK_WORD_BITS]);
	uint64_t remote = hak_load_relaxed(&hak_slab_remote(s)[idx / HAK_WORD_BITS]);

	return ((free | remote) >> idx % HAK_WORD_BITS & 1) != 0;
}

/* Hands a slab over from one heap to another; the caller owns both. */
void hak_slab_move_own(struct hak_heap *from, struct hak_heap *to, struct hak_slab *s);

/* Releases the empty slabs a heap keeps in reserve: those of class sc, or all. */
void hak_slab_release_class_empty_own(struct hak_heap *h, unsigned sc);
void hak_slab_release_empty_own(struct hak_heap *h);

/* Faults in one slab's counts; one line each. */
size_t hak_slab_check_own(const struct hak_heap *h, struct hak_slab *s, bool is_open);

#endif
