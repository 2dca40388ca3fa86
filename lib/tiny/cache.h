/* SPDX-License-Identifier: MIT */
/*
 * Owns: the thread cache: an array of free blocks for each class; the two hit paths; refill and flush.
 * Threads: the cache's owner; any thread may read its counts. Caches are never unmapped, so a stale pointer is safe.
 * Locks: none on the hit paths; a heap's, for each batch, inside the misses.
 * C1 base[sc] <= top[sc] <= limit[sc]. The blocks in [base, top) are free: their live bytes are 0, their free bits
 *    clear. base may be raised, with free blocks below it, and limit may be lowered: a call that gets there misses,
 *    which shows that the class is in use. While a sampler is attached, every base is HAK_ALWAYS_MISS, and the
 *    sampler's floor is what base means here (tiny/sampler.h).
 * C2 A cache without arrays has no slots, and hak_cache_none has the tag that no word has: every pop and push misses.
 *    Each thread starts with hak_cache_none. Its hit paths also see that one while it is inside a miss, so that a
 *    signal handler cannot find the real cache half changed; and at all times in a hardened process.
 * C3 Whoever hands out a block sets its live byte, and whoever frees it clears it. So a push proves its pointer: it is
 *    the first byte of a block (the multiplication) that is live (the byte). A pop that finds the byte set has found a
 *    block that two threads freed at the same moment. If such a block has a slab to itself, the slab may be gone, so a
 *    pop checks that it is still there.
 * C4 Slots times block size, over all classes, is at most n_most: this bounds what a sleeping thread can hold.
 */
#ifndef HAK_TINY_CACHE_H
#define HAK_TINY_CACHE_H

#include "base/atomic.h"
#include "base/list.h"
#include "region/registry.h"
#include "tiny/class.h"

struct hak_heap;
struct hak_ring;
struct hak_sampler;

struct hak_slot {
	void *block;
	uint8_t *live;  /* the block's byte */
};

struct hak_cache {
	/* The hit paths' part, read at every call. */
	struct hak_slot *top[HAK_N_CLASSES] HAK_ALIGNED(HAK_LINE_SIZE); /* own (C1); first, for the shortest instructions */
	struct hak_slot *base[HAK_N_CLASSES];  /* own: the array's first slot, or raised (C1); any: HAK_ALWAYS_MISS */
	struct hak_slot *limit[HAK_N_CLASSES]; /* own: behind its last one, or lowered (C1) */
	uint64_t tag;                          /* own: the heap's */
	uint8_t class_of[HAK_SMALL_MAX + 1];   /* const: by size */

	/* The miss paths' part. */
	uint8_t class_looked;                  /* own: the class last checked for being idle */
	uint8_t class_left;                    /* own: ... and for not being used any more */
	uint8_t exit_round;                    /* own: how often the thread's destructor has run */
	bool is_busy;                          /* own; in a forked child: the thread was inside a miss */
	uint32_t generation;                   /* own: the fork generation that its thread lives in */
	struct hak_heap *heap;                 /* own: where its batches come from and go to */
	size_t n_bytes;                        /* own: claimed by all arrays (C4) */
	size_t n_most;                         /* own: what may be claimed */
	uint32_t n_slices_given;               /* own: of runs and large blocks, freed here */
	uint32_t n_slices_seen;                /* own: the same at the last step of decay */
	uint64_t n_misses;                     /* own */
	uint64_t n_before;                     /* own: those of threads that had the cache before, and did not leave it warm */
	uint64_t window_at;                    /* own: misses, when n_missed was cleared last */
	uint64_t look_at;                      /* own: the miss from which it pays again to look for idle classes */
	uint64_t n_refills;                    /* own */
	uint64_t n_flushes;                    /* own */
	uint64_t n_remote;                     /* own: blocks of other heaps' slabs freed */
	uint64_t looked_at;                    /* own: ms: when a miss last read the clock */
	uint32_t n_tokens;                     /* own: forced misses left (thread/decay.h) */
	uint64_t active_in;                    /* own: the last second in which the thread missed */
	uint64_t swept_at;                     /* own: ms: when idle blocks were last flushed */
	uint64_t probed_at;                    /* own: ms: when it last got tokens just because time passed, ... */
	uint64_t probed_n;                     /* own: ... and its refills and flushes by then */
	bool is_new;                           /* own: a class got its first array since the last step of decay */
	bool is_flushed;                       /* own: many blocks were flushed at once since then */
	uint8_t n_new, n_flushed;              /* own: how often these two were seen in this clock tick; they wrap */
	bool is_straight;                      /* own: the last miss took a block from its slab, not from the cache */
	uint64_t post_at;                      /* own: the miss at which to look whether a sentry is due (thread/post.h) */
	bool is_counting;                      /* own: it counts allocations (Z4), ... */
	uint32_t n_counted;                    /* own: ... and these, about, are not part of counted_to yet */
	uint64_t counted_to;                   /* own: ms: until when it has used up what it may count */
	bool is_posting;                       /* own: one of its next blocks is to be a sentry */
	uint8_t back;                          /* own: 1 + the class whose raised base made it miss since then; 0: none */
	uint8_t n_missed[HAK_N_CLASSES];       /* own: misses of the class, in this window, since its array grew */
	uint8_t is_filling[HAK_N_CLASSES];     /* own: 1: the class missed last because it was full */
	uint8_t raised[HAK_N_CLASSES];         /* own: how much of the class was raised at the last look, and has not missed since */
	uint8_t n_again[HAK_N_CLASSES];        /* own: how often a base was raised again in this clock tick */
	struct hak_sampler *sampler;           /* own: NULL: none is attached */
	struct hak_ring *ring;                 /* own: NULL: none yet (watch/ring.h); of hak_cache_none: that of all without one */
	uint32_t thread_id;                    /* own: the kernel's; 0: not asked for yet */
	struct hak_slot *array[HAK_N_CLASSES]; /* own: the class's slots, ... */
	uint16_t n_slots[HAK_N_CLASSES];       /* own: ... so many */
	struct hak_cache *next;                /* const: all caches ever made, hak_cache_none first */
	struct hak_link pool;                  /* lk:CACHES: where a cache without a thread is */
	bool is_cooling;                       /* lk:CACHES: it was in the pool at the last look already */
};

/* A base with which every pop misses. */
#define HAK_ALWAYS_MISS ((struct hak_slot *)UINTPTR_MAX)

/* What the hit paths of a thread use: its cache, or hak_cache_none (C2). */
extern __thread struct hak_cache *hak_cache_mine __attribute__((tls_model("initial-exec")));
extern struct hak_cache hak_cache_none;

extern uint64_t hak_cache_claimed; /* any: n_bytes of all caches */

/* Pops a block of class sc into *out. False: a miss. */
HAK_INLINE bool hak_cache_pop_class_hit(struct hak_cache *c, size_t sc, void **out)
{
	struct hak_slot *top = c->top[sc];
	uint8_t *live;

	/* Not "==", here and below: a signal handler between two of these instructions may have moved them. */
	if (HAK_UNLIKELY(top <= hak_load_once(&c->base[sc])))
		return false;
	live = top[-1].live;
	if (HAK_UNLIKELY(hak_load_once(live) != 0)) /* C3 */
		return false;
	hak_own_step(&c->top[sc], -1);
	hak_own_set(live, HAK_LIVE);
	*out = top[-1].block;
	return true;
}

/* The same for a block of size bytes, at most HAK_SMALL_MAX. */
HAK_INLINE bool hak_cache_pop_hit(struct hak_cache *c, size_t size, void **out)
{
	return hak_cache_pop_class_hit(c, c->class_of[size], out);
}

/* Pushes p, of class sc, whose slab has entry f, if it is the first byte of a live block and there is room. Does not
 * read *p. */
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

	/* Foreign, large, remote, NULL: all fail this one comparison (R2). */
	return HAK_LIKELY(sc < HAK_N_CLASSES) && hak_cache_push_class_hit(c, sc, f, p);
}

/* As hak_cache_push_hit() for a block of size bytes, at most HAK_SMALL_MAX. If it is of another class: a miss. */
HAK_INLINE bool hak_cache_push_sized_hit(struct hak_cache *c, void *p, size_t size)
{
	const struct hak_front *f = hak_registry_front_of(p);
	uint64_t sc = c->class_of[size];

	return HAK_LIKELY(hak_registry_class_hit(f, p, c->tag) == sc) && hak_cache_push_class_hit(c, sc, f, p);
}

/* The misses. Meanwhile the hit paths do not see the cache (C2). _own: for the cache's owner, which is its thread, or
 * whoever took the cache out of the pool or from a thread that a fork left behind. */

/* Makes a zeroed cache usable. */
void hak_cache_init_own(struct hak_cache *c);

/* A block of class sc from the cache; or else from the heap's open slabs, and a batch for the cache with it. NULL: the
 * heap has no free block. */
void *hak_cache_take_own(struct hak_cache *c, unsigned sc);

/* In a hardened process: a block of class sc, which has a slab with others, from the cache, which holds blocks drawn at random;
 * if it is empty, draws some. False: as hak_aside_draw_any(). The block's live byte is not set. */
bool hak_cache_draw_own(struct hak_cache *c, unsigned sc, bool at_any_price, struct hak_slot *out);

/* Tries that again, once the heap has a free block. */
void *hak_cache_refill_own(struct hak_cache *c, unsigned sc);

/* Takes up to n blocks of class sc from the heap's open slabs, after collecting remote frees. */
unsigned hak_cache_take_any(struct hak_heap *h, unsigned sc, struct hak_slot *out, unsigned n);

/* One block, if the heap's lock is free. */
bool hak_cache_try_take_any(struct hak_heap *h, unsigned sc, struct hak_slot *out);

/* Marks a block that was taken from a slab as live. NULL, and a late verdict: it is live already (C3). */
void *hak_cache_hand_out(struct hak_slot slot, unsigned sc);

/* Puts p, of class sc and the cache's heap, into the cache; its live byte is cleared already. If the cache is full,
 * makes room with a larger array, or by flushing a batch. */
void hak_cache_put_own(struct hak_cache *c, unsigned sc, void *p, uint8_t *live);

/* Sets n_most. What has been idle for longest is flushed for it. */
void hak_cache_limit_own(struct hak_cache *c, size_t n_most);

/* Flushes what has been idle since the last call: a class that was not used, or the lower part of one. */
void hak_cache_sweep_own(struct hak_cache *c);

/* Raises base and lowers limit to top, for class sc or all classes: the next call misses (C1). */
void hak_cache_raise_own(struct hak_cache *c, unsigned sc);
void hak_cache_raise_all_own(struct hak_cache *c);

/* By another thread: makes the next pop of each class miss. The owner may overwrite it just now, inside a miss. */
void hak_cache_tell_any(struct hak_cache *c);

/* Flushes all blocks, and gives back the arrays. */
void hak_cache_flush_own(struct hak_cache *c);

/* The same for the cache of a thread that a fork left behind, at any point of its work. */
void hak_cache_salvage_own(struct hak_cache *c);

/* Blocks of class sc in the cache. Exact if the owner asks. */
size_t hak_cache_count_any(const struct hak_cache *c, unsigned sc);

#endif
