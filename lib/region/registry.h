/* SPDX-License-Identifier: MIT */
/*
 * Owns: the answer to "whose address is this?", for every address, without touching it.
 * Threads: find and word: any, without a lock. put and drop: whoever owns the slices.
 * Locks: none.
 * R1 A slice's span is registered before a block of it is handed out, and dropped before its memory can become
 *    anything else: an address that is not ours (any more) finds NULL.
 * R2 A word in front says all that a free needs, in one load. It is the slice's number, XOR the owner's tag, XOR
 *    the class; XOR with the number of an address's slice and the same tag, it leaves the class, and with any
 *    other slice or tag something larger: tags stand in bits that no slice's number has, and slices that share a
 *    word differ above the class. 0, which fits no tag, stands for "ask hak_registry_find()".
 * R3 Slices whose numbers end in the same bits share a word in front; who comes second does without.
 */
#ifndef HAK_REGION_REGISTRY_H
#define HAK_REGION_REGISTRY_H

#include "base/atomic.h"
#include "base/attr.h"
#include "conf/limits.h"

enum hak_kind {
	HAK_KIND_SLAB = 1, /* blocks of one class */
	HAK_KIND_RUN,      /* one block on slices of its own */
	HAK_KIND_LARGE     /* one block on a mapping of its own */
};

struct hak_superslab;

/* What stands at an address. A slab's descriptor begins with one; a run's is nothing else. */
struct hak_span {
	uint8_t kind;      /* const while registered: enum hak_kind */
	uint8_t sc;        /* const: slab: the size class */
	bool is_clean;     /* own: large: zeroed by the kernel; run: what follows size holds no memory */
	uint32_t n_slices; /* const for slabs, own for runs */
	char *base;        /* const: first byte; of a slab or run, on a slice's border */
	struct hak_superslab *superslab; /* const: slab, run: where the slices go back to */
	size_t size;       /* own: usable bytes; run, large: whole OS pages */
};

extern uint64_t hak_registry_front[(size_t)1 << HAK_FRONT_SHIFT]; /* any */

HAK_INLINE uint64_t *hak_registry_word_of(const void *p)
{
	return &hak_registry_front[(uintptr_t)p >> HAK_SLICE_SHIFT & (((uintptr_t)1 << HAK_FRONT_SHIFT) - 1)];
}

/* The class of p if it lies in a slab whose owner's tag is `tag`; anything else: HAK_N_CLASSES or more. _hit */
HAK_INLINE uint64_t hak_registry_class_hit(const void *p, uint64_t tag)
{
	uint64_t sc = (uintptr_t)p >> HAK_SLICE_SHIFT;

	hak_xor_relaxed(sc, hak_registry_word_of(p));
	return sc ^ tag;
}

/* The word for the slice at base (R2). */
HAK_INLINE uint64_t hak_registry_make_word(const char *base, uint64_t tag, unsigned sc)
{
	return (uintptr_t)base >> HAK_SLICE_SHIFT ^ tag ^ sc;
}

struct hak_registry_leaf {
	struct hak_span *span[(size_t)1 << HAK_LEAF_SHIFT]; /* any */
};

/* any: NULL until reserved, then const */
extern struct hak_registry_leaf *hak_registry_root[(size_t)1 << HAK_ROOT_SHIFT];

/* The span at p, or NULL: nobody's. For a large block only the slice of its first byte answers. */
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

/* Makes room for the addresses' answers; false when there is no memory for that. Never undone. */
bool hak_registry_reserve(const void *base, size_t size);

/* Bytes resident of the tables that are there from the start. For figures only: asks the kernel. */
uint64_t hak_registry_resident(void);

/* Registers span for n_slices from base; the room is reserved. */
void hak_registry_put(const void *base, size_t n_slices, struct hak_span *span);
void hak_registry_drop(const void *base, size_t n_slices);

/* The tag for heap number id, from 1. 65,534 heaps have one of their own; the heaps after them share one that no word
 * in front has: their frees take the longer way. */
uint64_t hak_registry_make_tag(uint32_t id);

/* Drops n_slices from base if span stands there; false: it does not, another thread was first. */
bool hak_registry_claim(const void *base, size_t n_slices, struct hak_span *span);

/* Puts (or, from 0 or an old word, replaces; to 0, removes) the words in front of n_slices slices. */
void hak_registry_set_words(const char *base, size_t n_slices, uint64_t old_tag, uint64_t new_tag, unsigned sc);

#endif
