/* SPDX-License-Identifier: MIT */
/*
 * Owns: the cache: what a thread has of free blocks, an array for each class; the two hit paths; refill and flush.
 * Threads: the cache's own; figures are readable by any. Caches are never unmapped: a stale pointer finds one.
 * Locks: none on the hit paths; a heap's, for each batch, inside the misses.
 * C1 base[sc] <= top[sc] <= limit[sc]; the blocks in [base, top) are free: their live bytes are 0, their free bits clear.
 *    Where base is raised, so are those below it; limit may be lowered as well: what gets there misses, and shows that
 *    the class is in use.
 * C2 A cache without arrays has no slots, and hak_cache_none the tag that no word has: every pop and every push misses.
 *    Such is the one that a thread starts with, and
 *    the one that its hit paths see while it is inside a miss: a signal handler cannot find the real one half changed.
 * C3 A block's live byte is set by whoever hands it out and cleared by whoever frees it, so a push proves its pointer: the
 *    first byte of a block (the multiplication) that is alive (the byte). A pop that finds the byte set has found a block
 *    that two threads freed at the same moment.
 *    Of such a block that has a slab for itself, the slab may have gone: there a pop looks whether it still stands.
 * C4 Slots times bytes, of all classes, stay within n_most: what a thread that sleeps can hold.
 */
#ifndef HAK_TINY_CACHE_H
#define HAK_TINY_CACHE_H

#include "base/atomic.h"
#include "base/list.h"
#include "region/registry.h"
#include "tiny/class.h"

struct hak_heap;

struct hak_slot {
	void *block;
	uint8_t *live;  /* the block's byte */
};

struct hak_cache {
	/* The hit paths' part, read at every call. */
	struct hak_slot *top[HAK_N_CLASSES] HAK_ALIGNED(HAK_LINE_SIZE); /* own (C1); first: the shortest way to it */
	struct hak_slot *base[HAK_N_CLASSES];  /* own: the array's first slot, or raised (C1) */
	struct hak_slot *limit[HAK_N_CLASSES]; /* own: behind its last one, or lowered (C1) */
	uint64_t tag;                          /* own: the heap's */
	uint8_t class_of[HAK_SMALL_MAX + 1];   /* const: by size */

	/* The miss paths' part. */
	uint8_t class_looked;                  /* own: the one looked at last for what has rested */
	uint8_t class_left;                    /* own: ... and for whether it was left */
	uint8_t exit_round;                    /* own: how often the thread's destructor has run */
	bool is_busy;                          /* own; a forked child: the thread was inside a miss */
	uint32_t generation;                   /* own: the fork generation that its thread lives in */
	struct hak_heap *heap;                 /* own: where its batches come from and go to */
	size_t n_bytes;                        /* own: claimed by all arrays (C4) */
	size_t n_most;                         /* own: what may be claimed */
	uint32_t n_slices_given;               /* own: of runs and large blocks, freed here */
	uint32_t n_slices_seen;                /* own: the same at the last step of decay */
	uint64_t n_misses;                     /* own */
	uint64_t window_at;                    /* own: misses, when n_missed was cleared last */
	uint64_t look_at;                      /* own: misses, from which on it pays to look for classes that have rested */
	uint64_t n_refills;                    /* own */
	uint64_t n_flushes;                    /* own */
	uint64_t n_remote;                     /* own: blocks of other heaps' slabs freed */
	uint64_t looked_at;                    /* own: ms: when its misses last looked at the clock */
	uint32_t n_tokens;                     /* own: forced misses left (thread/decay.h) */
	uint64_t swept_at;                     /* own: ms: when what had rested last went back */
	uint64_t probed_at;                    /* own: ms: when it last got some for no reason but the time, ... */
	uint64_t probed_n;                     /* own: ... and its refills and flushes by then */
	bool is_new;                           /* own: a class got its first array, since the last step of decay */
	bool is_flushed;                       /* own: many blocks went to their slabs at once, likewise */
	uint8_t n_new, n_flushed;              /* own: of these two, seen in this tick of the clock; they wrap */
	bool is_straight;                      /* own: the last miss took a block from its slab, not from the cache */
	uint8_t back;                          /* own: 1 and the class whose raised base made it miss, likewise; 0: none */
	uint8_t n_missed[HAK_N_CLASSES];       /* own: misses of the class, in this window, since its array grew */
	uint8_t is_filling[HAK_N_CLASSES];     /* own: 1: the class missed last because it was full */
	uint8_t is_raised[HAK_N_CLASSES];      /* own: 1: the class was looked at, and has not missed since */
	uint8_t n_again[HAK_N_CLASSES];        /* own: how often a base was raised again in this tick of the clock */
	struct hak_slot *array[HAK_N_CLASSES]; /* own: the class's slots, ... */
	uint16_t n_slots[HAK_N_CLASSES];       /* own: ... so many */
	struct hak_cache *next;                /* const: all caches ever made, hak_cache_none first */
	struct hak_link pool;                  /* lk:CACHES: where a cache without a thread is */
	bool is_cooling;                       /* lk:CACHES: it was warm at the last look already */
};

/* What the hit paths of a thread use: its cache, or hak_cache_none (C2). */
extern __thread struct hak_cache *hak_cache_mine __attribute__((tls_model("initial-exec")));
extern struct hak_cache hak_cache_none;

/* Pops a block of class sc into *out. False: a miss. */
HAK_INLINE bool hak_cache_pop_class_hit(struct hak_cache *c, size_t sc, void **out)
{
	struct hak_slot *top = c->top[sc];
	uint8_t *live;

	/* Not "==", here and below: a signal handler between two of these instructions may have moved them. */
	if (HAK_UNLIKELY(top <= c->base[sc]))
		return false;
	live = top[-1].live;
	if (HAK_UNLIKELY(hak_load_once(live) != 0)) /* C3 */
		return false;
	hak_own_step(&c->top[sc], -1);
	hak_own_set(live, HAK_LIVE);
	*out = top[-1].block;
	return true;
}

/* Pops a block for size bytes, at most HAK_SMALL_MAX; likewise. */
HAK_INLINE bool hak_cache_pop_hit(struct hak_cache *c, size_t size, void **out)
{
	return hak_cache_pop_class_hit(c, c->class_of[size], out);
}

/* Pushes p, of class sc, whose slab f is the entry of, if it is a live block's first byte and there is room. Does not look
 * at *p. */
HAK_INLINE bool hak_cache_push_class_hit(struct hak_cache *c, uint64_t sc, const struct hak_front *f, void *p)
{
	struct hak_slot *top = c->top[sc];
	uint8_t *live;

	if (HAK_UNLIKELY(!hak_registry_live_hit(f, p, &live)) || HAK_UNLIKELY(hak_load_once(live) != HAK_LIVE) ||
		HAK_UNLIKELY(top >= c->limit[sc]))
		return false;
	hak_own_set(live, 0);
	top->block = p;
	top->live = live;
	hak_own_step(&c->top[sc], 1);
	return true;
}

/* Pushes p, if it is a live tiny block of the cache's heap and there is room. False: a miss. */
HAK_INLINE bool hak_cache_push_hit(struct hak_cache *c, void *p)
{
	const struct hak_front *f = hak_registry_front_of(p);
	uint64_t sc = hak_registry_class_hit(f, p, c->tag);

	/* Foreign, large, remote, NULL: all of them fail this one comparison (R2). */
	return HAK_LIKELY(sc < HAK_N_CLASSES) && hak_cache_push_class_hit(c, sc, f, p);
}

/* As hak_cache_push_hit() for a block of the class for size bytes, at most HAK_SMALL_MAX; of another class: a miss. */
HAK_INLINE bool hak_cache_push_sized_hit(struct hak_cache *c, void *p, size_t size)
{
	const struct hak_front *f = hak_registry_front_of(p);
	uint64_t sc = c->class_of[size];

	return HAK_LIKELY(hak_registry_class_hit(f, p, c->tag) == sc) && hak_cache_push_class_hit(c, sc, f, p);
}

/* The misses. They work on a cache that the hit paths do not see meanwhile (C2). */

/* Makes a zeroed cache usable. */
void hak_cache_init_own(struct hak_cache *c);

/* A block of class sc from the cache, or from the heap's open slabs with a batch for the cache beside it. NULL: no block
 * is free in the heap. */
void *hak_cache_take_own(struct hak_cache *c, unsigned sc);

/* The same once more, when there is a block in the heap. */
void *hak_cache_refill_own(struct hak_cache *c, unsigned sc);

/* Takes up to n blocks of class sc from the heap's open slabs, after what others have sent there came home. */
unsigned hak_cache_take_any(struct hak_heap *h, unsigned sc, struct hak_slot *out, unsigned n);

/* One block, if the heap's lock is free. */
bool hak_cache_try_take_any(struct hak_heap *h, unsigned sc, struct hak_slot *out);

/* Marks a block that was taken alive. NULL, and a verdict: it is (C3). */
void *hak_cache_hand_out(struct hak_slot slot, unsigned sc);

/* Puts p, of class sc and the cache's heap, whose live byte is cleared, into the cache, making room if it is full: by a
 * larger array, or by a batch to the slabs. */
void hak_cache_put_own(struct hak_cache *c, unsigned sc, void *p, uint8_t *live);

/* Claims no more than n_most bytes from now on; what has rested for longest goes back for it. */
void hak_cache_limit_own(struct hak_cache *c, size_t n_most);

/* Gives back what has rested since the last call. */
void hak_cache_sweep_own(struct hak_cache *c);

/* Raises base and lowers limit to top, of class sc, of all classes: whatever is next misses (C1). */
void hak_cache_raise_own(struct hak_cache *c, unsigned sc);
void hak_cache_raise_all_own(struct hak_cache *c);

/* Gives all cached blocks back to their slabs, and the arrays. */
void hak_cache_flush_own(struct hak_cache *c);

/* The same for the cache of a thread that a fork has left behind, in the middle of whatever. */
void hak_cache_salvage_own(struct hak_cache *c);

/* Blocks cached of class sc; any thread may ask, the answer is exact for the owner. */
size_t hak_cache_count_any(const struct hak_cache *c, unsigned sc);

#endif
