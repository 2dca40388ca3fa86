/* SPDX-License-Identifier: MIT */
/*
 * Owns: the map from every address to what owns it, without touching the address.
 * Threads: looking up: any, without a lock. put and drop: whoever owns the slices.
 * Locks: none.
 * R1 A slice's span is registered before a block in it is handed out, and dropped before its memory can become anything
 *    else. An address that is not ours, or no longer, finds NULL; one in a free slice of a superslab, HAK_KIND_NONE.
 * R2 A front entry has all that a free needs, in one cache line. Its word is the slice's number XOR the heap's tag XOR
 *    the class. XOR it with the number of an address's slice and a tag: if both match, the class is left; otherwise,
 *    something larger, because tags are in bits that no slice number has, and slices that share an entry differ above
 *    the class. 0 and HAK_FRONT_BUSY match no tag, and mean "ask hak_registry_find()".
 * R3 Slices whose numbers end in the same bits share a front entry. Whoever comes second does without.
 * R4 An entry's other fields are written before its word, and do not change while the word stands.
 */
#ifndef HAK_REGION_REGISTRY_H
#define HAK_REGION_REGISTRY_H

#include "base/atomic.h"
#include "base/attr.h"
#include "conf/limits.h"

enum hak_kind {
	HAK_KIND_NONE,     /* free slices of a superslab */
	HAK_KIND_SLAB, /* blocks of one class */
	HAK_KIND_RUN,      /* one block on slices of its own */
	HAK_KIND_LARGE     /* one block on a mapping of its own */
};

struct hak_superslab;

/* What is at an address. A slab's descriptor begins with one; a run's is nothing else. */
struct hak_span {
	uint8_t kind;      /* const while registered: enum hak_kind */
	uint8_t sc;        /* const: slab: the size class. own: large: of large/guarded.h: HAK_LIVE, and HAK_LIVE_KINDS;
			    * run: HAK_LIVE_RESIZED, if it keeps slices to grow into (hak_run_keep_room()) */
	bool is_clean;     /* own: large: zeroed by the kernel; run: what follows size holds no memory */
	bool is_sampled;   /* own: run, large: the heap profile has a record of it */
	uint32_t n_slices; /* const for slabs, own for runs */
	char *base;        /* const: first byte; of a slab or run, the start of a slice */
	struct hak_superslab *superslab; /* const: slab, run: where the slices come from */
	size_t size;       /* own: usable bytes; run, large: whole OS pages */
};

struct hak_front {
	uint64_t word;    /* any (R2) */
	char *base;       /* any: the slab's first byte */
	uint8_t *live;    /* any: a byte for each block of the slab; one more, always 0, for the unused end */
	uint64_t inverse; /* any: 2^64 / block size, rounded up */
};

/* A block's live byte. */
#define HAK_LIVE 1         /* live, and of the class for the size requested; 0: not live */
#define HAK_LIVE_RESIZED 2 /* live, and left in place by a realloc() to the size of a smaller class; in a span: see there */
#define HAK_LIVE_HOME 4    /* not live, and in its slab; only of blocks with a slab to themselves */
#define HAK_LIVE_SAMPLED 8 /* with one of the first two: a sample of the heap profile; its free always misses */
#define HAK_LIVE_NEW 16     /* in addition, with HAK_HARDEN_KINDS: it comes from new, ... */
#define HAK_LIVE_NEW_ARRAY 32 /* ... from new[] */
#define HAK_LIVE_SENTRY 64  /* only in the span of a large block, alone */
#define HAK_LIVE_ZERO 64    /* not live, only with HAK_HARDEN_ZERO: it was cleared, and nobody may write to it */
#define HAK_LIVE_FRESH 128  /* not live, only in a hardened process: in memory that nobody had before */
#define HAK_LIVE_FREE (HAK_LIVE_ZERO | HAK_LIVE_FRESH)
#define HAK_LIVE_KINDS (HAK_LIVE_NEW | HAK_LIVE_NEW_ARRAY)

HAK_INLINE bool hak_is_alive(uint8_t live)
{
	return (live & (HAK_LIVE | HAK_LIVE_RESIZED)) != 0;
}

#define HAK_FRONT_BUSY 1 /* a word: a thread is filling the entry */

/* A tag is a heap's number in the bits above the slice's number. No word has the last tag. No tag is 0: with that, the
 * words 0 and HAK_FRONT_BUSY would match the lowest addresses, NULL among them. */
#define HAK_TAG_SHIFT (64 - HAK_SLICE_SHIFT)
#define HAK_TAG_WITHOUT_WORDS ((uint64_t)UINT16_MAX << HAK_TAG_SHIFT)

extern struct hak_front hak_registry_front[(size_t)1 << HAK_FRONT_SHIFT]; /* any */

HAK_INLINE struct hak_front *hak_registry_front_of(const void *p)
{
	return &hak_registry_front[(uintptr_t)p >> HAK_SLICE_SHIFT & (((uintptr_t)1 << HAK_FRONT_SHIFT) - 1)];
}

/* The class of p, if p is in a slab of the heap with this tag; otherwise HAK_N_CLASSES or more. */
HAK_INLINE uint64_t hak_registry_class_hit(const struct hak_front *f, const void *p, uint64_t tag)
{
	uint64_t sc = (uintptr_t)p >> HAK_SLICE_SHIFT;

	hak_xor_relaxed(sc, &f->word);
	return sc ^ tag;
}

/* The index of the block at `off` bytes into a slab, off < 2^20. False: no block begins there. This is exact: the low
 * half of the product is less than the inverse if and only if off is a multiple of the block's size. */
HAK_INLINE bool hak_registry_idx_hit(uint64_t off, const uint64_t *inverse, uint64_t *idx)
{
	hak_mul_once(off, *idx, inverse);
	return off < hak_load_once(inverse);
}

/* The live byte of the block that begins at p, in the slab of entry f. False: none begins there. */
HAK_INLINE bool hak_registry_live_hit(const struct hak_front *f, const void *p, uint8_t **live)
{
	uint64_t idx;
	bool is_first = hak_registry_idx_hit((uint64_t)((const char *)p - hak_load_once(&f->base)), &f->inverse, &idx);

	*live = hak_load_once(&f->live) + idx;
	return is_first;
}

/* 2^64 / size, rounded up; size > 1. */
HAK_INLINE uint64_t hak_registry_inverse(size_t size)
{
	return UINT64_MAX / size + 1;
}

struct hak_registry_leaf {
	struct hak_span *span[(size_t)1 << HAK_LEAF_SHIFT]; /* any */
};

/* any: NULL until reserved, then const */
extern struct hak_registry_leaf *hak_registry_root[(size_t)1 << HAK_ROOT_SHIFT];

/* The span at p; NULL if p is not ours. Of a large block, only the slice of its first byte is registered. */
HAK_INLINE struct hak_span *hak_registry_find(const void *p)
{
	uintptr_t n = (uintptr_t)p >> HAK_SLICE_SHIFT;
	struct hak_registry_leaf *leaf;

	if (HAK_UNLIKELY(n >> HAK_LEAF_SHIFT >= (uintptr_t)1 << HAK_ROOT_SHIFT))
		return NULL;
	leaf = hak_load_acquire(&hak_registry_root[n >> HAK_LEAF_SHIFT]);
	/* Acquire: pairs with hak_registry_put(), so that the span's fields are there to read. */
	return HAK_LIKELY(leaf != NULL) ? hak_load_acquire(&leaf->span[n & (((uintptr_t)1 << HAK_LEAF_SHIFT) - 1)]) : NULL;
}

/* Makes room in the tables for these addresses; false if there is no memory. Never undone. */
bool hak_registry_reserve(const void *base, size_t size);

/* Keeps memory for a table, for the next _reserve() that finds no other. False: there is none. */
bool hak_registry_prepare(void);

/* Bytes resident of the static tables. For statistics only: asks the kernel. */
uint64_t hak_registry_resident(void);

/* The span that is registered at p, or the next one below, down to p - most; NULL: none. Looks at each slice in between. */
struct hak_span *hak_registry_find_below(const void *p, size_t most);

/* Registers span for n_slices from base, for which room was reserved. */
void hak_registry_put(const void *base, size_t n_slices, struct hak_span *span);
void hak_registry_drop(const void *base, size_t n_slices);

/* The tag for heap number id, from 1. 65,534 heaps have their own. Any further ones share the tag that no word has, so
 * their frees take the slow path. */
uint64_t hak_registry_make_tag(uint32_t id);

/* Replaces span by `next`, which may be NULL, for the slice at base, the first of span's. False: span is not there; another
 * thread was first. What span's own fields say may be another's until then. */
bool hak_registry_claim(const void *base, struct hak_span *span, struct hak_span *next);

/* Fills the front entries of n_slices slices of a slab of class sc: each is a copy of `slab` with its own word. */
void hak_registry_put_front(const char *base, size_t n_slices, uint64_t tag, unsigned sc, const struct hak_front *slab);
void hak_registry_drop_front(const char *base, size_t n_slices, uint64_t tag, unsigned sc);

#endif
