/* SPDX-License-Identifier: MIT */
/*
 * Owns: the heap: all that one thread owns of the tiny floor, and the two hit paths.
 * Threads: own fields: the thread the heap belongs to (or, for a heap without a thread, whoever took it from the
 *          pool). Heaps are never unmapped: a stale pointer to one finds a heap.
 * Locks: none on the hit paths.
 * H1 base[sc] <= top[sc] <= limit[sc]; the blocks in [base, top) are free, and counted as taken from their slabs.
 * H2 A heap without arrays is all zero: every pop and every push misses. The one a thread starts with is such.
 * H3 Blocks of a class: n_taken - n_given - n_sent - cached = alive, summed over all heaps.
 * H4 A slot before the first, never written, makes top[-1] readable: a block freed twice in a row is found at once.
 * H5 Only base is written by others: a purger raises it to top while the thread sleeps, and what was in the cache
 *    is its own (thread/sleep.h). Where it was wrong about the sleep, base may stand above top until it puts it back.
 */
#ifndef HAK_TINY_HEAP_H
#define HAK_TINY_HEAP_H

#include "base/atomic.h"
#include "base/list.h"
#include "region/registry.h"
#include "tiny/class.h"

struct hak_slab;

/* What a heap keeps for one class beside its cache; miss paths only. */
struct hak_bin {
	struct hak_link open;   /* own: slabs with a free block; refills take from the first */
	struct hak_link full;   /* own: slabs without */
	uint32_t n_slots;       /* own: size of the cache's array */
	uint32_t n_empty;       /* own: open slabs with no block taken */
	uint32_t n_over;        /* own: blocks given back for lack of room, ... */
	uint32_t n_back;        /* own: ... and taken from slabs since the first of them */
	uint32_t n_swings;      /* own: how often in a row as many of them came back */
	uint32_t n_more;        /* own: slots beyond the class's cap */
	void **top_swept;       /* own: top[] at the last sweep that came by */
	uint64_t n_taken;       /* own: blocks moved from slabs to the cache */
	uint64_t n_given;       /* own: blocks moved back by this heap */
	uint64_t n_sent;        /* own: blocks of other heaps' slabs freed through this heap */
	uint64_t n_collected;   /* own: blocks others freed, found and put back into slabs by this heap */
	int64_t n_slabs;        /* own: slabs, ... */
	int64_t n_blocks;       /* own: ... and blocks in them */
};

struct hak_heap {
	/* The hit paths' part, read at every call. */
	void **top[HAK_N_CLASSES] HAK_ALIGNED(HAK_LINE_SIZE); /* own (H1); first: the shortest way to it */
	void **base[HAK_N_CLASSES];            /* own; any: H5 */
	void **limit[HAK_N_CLASSES];           /* own */
	uint64_t tag;                          /* const: what marks this heap's slabs in the registry; never 0 */
	uint8_t class_of[HAK_SMALL_MAX + 1];   /* const: by size */

	/* The miss paths' part. */
	struct hak_bin bin[HAK_N_CLASSES];
	size_t remote_bytes;                   /* own: of blocks sent home, less than a slice; see n_slices_given */
	size_t swing_bytes;                    /* own: what caches may take, slots included, beyond their classes' caps */
	uint8_t class_swept;                   /* own: the one a sweep looked at last */
	uint8_t exit_round;                    /* own: how often the thread's destructor has run */
	uint32_t n_slabs;                      /* own: of all bins */
	uint32_t n_slabs_most;                 /* own: at any sweep since the caches were flushed */
	uint32_t id;                           /* const: from 1 */
	uint32_t n_flushes_seen;               /* own: n_flushes when the purger was last looked for */
	uint32_t n_slices_given;               /* own: of runs and large blocks, and worth of other heaps' blocks, freed here */
	uint32_t n_slices_seen;                /* own: the same when the purger was last looked for */
	uint32_t n_grown;                      /* own: new slabs since the purger was last woken for it */
	uint64_t n_misses;                     /* own: miss paths entered, but for hak_remote_free_own() */
	uint64_t n_refills;                    /* own */
	uint64_t n_flushes;                    /* own */
	struct hak_heap *next;                 /* any: all heaps ever made, hak_heap_none first */
	struct hak_link pool;                  /* lk:HEAPS: where a heap without a thread is */
	uint32_t warm_in;                      /* lk:HEAPS: in which pool it is, with blocks in its caches; 0: in none */
	bool is_cooling;                       /* lk:HEAPS: and has been for a while */
	uint32_t generation;                   /* own: a fork generation in which the thread was seen in its heap */
	uint32_t tid;                          /* own: of the thread, once its caches are worth it; 0: not known */
	uintptr_t stack_at;                    /* own: an address on the thread's stack */
	uintptr_t stack_end;                   /* own: an address just above the thread's stack; 0: no thread */

	/* Others look or write here: see thread/hold.h. */
	bool is_busy HAK_ALIGNED(HAK_LINE_SIZE); /* any: its thread is inside a miss path */
	uint32_t revoked;                      /* any: 0, or the generation of the purger that works on the heap */
	uint32_t n_looks;                      /* lk:PURGER: since blocks last came home */
	uint64_t n_flushes_looked;             /* lk:PURGER: n_flushes at the last look */
	uint64_t n_misses_looked;              /* lk:PURGER: n_misses when it was last to be collected for */
	uintptr_t tops_looked;                 /* lk:PURGER: sum of top[] when its sleep was last thought about */
	uint32_t n_rests;                      /* lk:PURGER: how often it was the same since */
	struct hak_slab *pending[HAK_N_CLASSES]; /* any: slabs with remote frees, linked by next_pending */
};

/* A thread's heap. Starts as hak_heap_none; hak_heap_gone once the thread is past its end (H2 for both). */
extern __thread struct hak_heap *hak_heap_mine __attribute__((tls_model("initial-exec")));
extern struct hak_heap hak_heap_none;
extern struct hak_heap hak_heap_gone;

/* Pops a block of class sc into *out. False: a miss. Only in functions marked HAK_HIT (thread/sleep.h). */
HAK_INLINE bool hak_heap_pop_class_hit(struct hak_heap *h, size_t sc, void **out)
{
	void **top = h->top[sc];

	/* Not "==": H5. */
	if (HAK_UNLIKELY(top <= hak_load_once(&h->base[sc])))
		return false;
	hak_own_step(&h->top[sc], -1);
	*out = top[-1];
	return true;
}

/* Pops a block for size bytes, at most HAK_SMALL_MAX; likewise. */
HAK_INLINE bool hak_heap_pop_hit(struct hak_heap *h, size_t size, void **out)
{
	return hak_heap_pop_class_hit(h, h->class_of[size], out);
}

/* Pushes p, a block of class sc of this heap, if there is room and it is not what was pushed last (H4). Does not look at
 * *p. */
HAK_INLINE bool hak_heap_push_class_hit(struct hak_heap *h, uint64_t sc, void *p)
{
	void **top = h->top[sc];

	if (HAK_UNLIKELY(top == h->limit[sc]) || HAK_UNLIKELY(top[-1] == p))
		return false;
	*top = p;
	hak_own_step(&h->top[sc], 1);
	return true;
}

/* Pushes p, if it is a tiny block of this heap and there is room. False: a miss. */
HAK_INLINE bool hak_heap_push_hit(struct hak_heap *h, void *p)
{
	uint64_t sc = hak_registry_class_hit(p, h->tag);

	/* Foreign, large, remote, NULL: all of them fail this one comparison (R2). */
	return HAK_LIKELY(sc < HAK_N_CLASSES) && hak_heap_push_class_hit(h, sc, p);
}

/* As hak_heap_push_hit() for a block of the class for size bytes, at most HAK_SMALL_MAX; of another class: a miss. */
HAK_INLINE bool hak_heap_push_sized_hit(struct hak_heap *h, void *p, size_t size)
{
	uint64_t sc = h->class_of[size];

	return HAK_LIKELY(hak_registry_class_hit(p, h->tag) == sc) && hak_heap_push_class_hit(h, sc, p);
}

#endif
