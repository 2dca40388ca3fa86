/* SPDX-License-Identifier: MIT */
/*
 * Owns: what a slab has in addition in a hardened process, in memory of our own: the margin of each block, which blocks are
 *       held; the inaccessible OS page at its end; and how blocks are drawn from it.
 * Threads: any. Locks: the heap's, for what ends in _locked.
 * Margin: the bytes of a live block after the size requested; 0 if it is not live. With HAK_HARDEN_PAD they hold its pattern.
 * Zero: with HAK_HARDEN_ZERO a block reads as zero from before its remote bit is set until it is handed out again, and so
 *       do the slices of a slab that was given back.
 * Held: with HAK_HARDEN_QUARANTINE the collection that takes a block's remote bit holds it, and the next one frees it. A held
 *       block is in flight (B1). A slab with held blocks is in its heap's list of its class.
 * Nothing: with HAK_HARDEN_GUARD blocks of size 0 come from inaccessible slabs, which a heap of their own has.
 */
#ifndef HAK_TINY_ASIDE_H
#define HAK_TINY_ASIDE_H

#include "base/atomic.h"
#include "tiny/slab.h"

struct hak_aside {
	struct hak_slab *next_held; /* lk:HEAP: while is_held */
	bool is_held;               /* lk:HEAP: in its heap's list */
	bool is_closed;             /* const: all of it is inaccessible */
	/* A bitmap of as many words as the slab's others, then 16 bits for each block. Where they are depends on the number of words
	 * alone, which a descriptor keeps: whoever is late reads other metadata, at worst. */
	uint64_t words[];
};

/* The held blocks. lk:HEAP; read by any. */
HAK_INLINE uint64_t *hak_aside_held_of(struct hak_aside *a)
{
	return a->words;
}

/* The margin of each block. any */
HAK_INLINE uint16_t *hak_aside_margins_of(const struct hak_slab *s, struct hak_aside *a)
{
	return (uint16_t *)(void *)(a->words + s->n_words);
}

/* The slices of a new slab of class sc; *room: the bytes that are for blocks. */
unsigned hak_aside_plan(unsigned sc, size_t *room);

extern struct hak_heap hak_aside_nothing;

/* Makes it for a new slab of h, all blocks free; is_fresh: as in struct hak_slices. False: no memory. */
bool hak_aside_make(const struct hak_heap *h, struct hak_slab *s, bool is_fresh);

/* The slab is about to be given back. False: its slices cannot be used again. */
bool hak_aside_drop(struct hak_slab *s);

/* Word w of the bitmap of held blocks. */
uint64_t hak_aside_held(const struct hak_slab *s, unsigned w);

/* After a fork. */
void hak_aside_relist_locked(struct hak_heap *h, struct hak_slab *s);

/* Frees the held blocks of class sc; takes the remote bits of s and holds those blocks. */
void hak_aside_release_locked(struct hak_heap *h, unsigned sc, struct hak_after *after);
void hak_aside_hold_locked(struct hak_heap *h, struct hak_slab *s, struct hak_after *after);

/* Draws up to n blocks of class sc from one slab of h. 0: there is none; or, unless at_any_price, there are so few that one
 * might have been freed recently. */
unsigned hak_aside_draw_any(struct hak_heap *h, unsigned sc, bool at_any_price, struct hak_slot *out, unsigned n);

/* Is all of the slab inaccessible? */
HAK_INLINE bool hak_aside_is_closed(const struct hak_slab *s)
{
	return s->aside != NULL && s->aside->is_closed;
}

HAK_INLINE size_t hak_aside_margin(const struct hak_slab *s, size_t idx)
{
	struct hak_aside *a = hak_load_acquire(&s->aside);

	return a != NULL ? hak_load_acquire(&hak_aside_margins_of(s, a)[idx]) : 0;
}

HAK_INLINE void hak_aside_set_margin(const struct hak_slab *s, size_t idx, size_t margin)
{
	if (s->aside != NULL)
		hak_store_release(&hak_aside_margins_of(s, s->aside)[idx], (uint16_t)margin);
}

/* Of the free blocks [first, first + n) of s, the first that is not zero; NULL: none, or they need not be. */
void *hak_aside_find_written(const struct hak_slab *s, unsigned first, unsigned n);

/* With HAK_HARDEN_PAD: has the pattern right before block idx changed? */
bool hak_aside_is_underflown(const struct hak_slab *s, size_t idx);

/* Checks patterns and zeros; returns faults found; tells them (hak_pad_tell()). */
size_t hak_aside_check_locked(const struct hak_slab *s, const void **found);

#endif
