/* SPDX-License-Identifier: MIT */
/*
 * Owns: the inside of a superslab: the states of its slices, as bitmaps with counts; and the lists of all superslabs.
 *       For superslab.c (taking and giving), purge.c and dump.c only. S1 to S5 are in superslab.h.
 * Threads: any. Locks: SUPERSLAB, for what ends in _locked.
 */
#ifndef HAK_REGION_SLICES_H
#define HAK_REGION_SLICES_H

#include "base/bits.h"
#include "base/list.h"
#include "region/huge.h"
#include "region/superslab.h"

#define HAK_SLICES_WORDS HAK_N_WORDS(HAK_SUPERSLAB_SLICES)

enum hak_extent { HAK_EXTENT_FREE, HAK_EXTENT_DIRTY, HAK_EXTENT_LAZY, HAK_N_EXTENTS };

/* Where region/extents.h has put a superslab. */
struct hak_extent_link {
	struct hak_link link;      /* lk:SUPERSLAB */
	uint32_t bound;            /* lk:SUPERSLAB */
	bool is_reserved;          /* lk:SUPERSLAB: it was reserved for dense slices (S5) when it was put there */
};

struct hak_superslab {
	struct hak_superslab *next; /* const: all descriptors ever made */
	struct hak_superslab *next_unused; /* lk:SUPERSLAB: while it is not in use */
	char *base;                /* const while mapped */
	uint32_t n_slices;         /* const while mapped; lk:SUPERSLAB: 0: the descriptor is not in use */
	uint32_t n_made;           /* const while mapped: what n_slices is going to be */
	uint32_t n_used;           /* lk:SUPERSLAB */
	uint32_t n_dirty;          /* lk:SUPERSLAB */
	uint32_t n_lazy;           /* lk:SUPERSLAB */
	uint32_t n_undumped;       /* lk:SUPERSLAB */
	uint32_t n_dense;          /* lk:SUPERSLAB */
	uint32_t n_pins;           /* lk:SUPERSLAB: not to be unmapped */
	bool is_unused;            /* lk:SUPERSLAB: the descriptor is in hak_superslabs.unused */
	uint32_t huge;             /* any: enum hak_huge */
	struct hak_extent_link extent[HAK_N_EXTENTS]; /* lk:SUPERSLAB (S2) */
	size_t kept;               /* lk:SUPERSLAB: bytes of holes in used slices that stay to keep huge pages whole */
	uint64_t used[HAK_SLICES_WORDS];     /* lk:SUPERSLAB */
	uint64_t dirty[HAK_SLICES_WORDS];    /* lk:SUPERSLAB */
	uint64_t aged[HAK_SLICES_WORDS];     /* lk:SUPERSLAB: dirty since before the last step of decay */
	uint64_t lazy[HAK_SLICES_WORDS];     /* lk:SUPERSLAB: the kernel may take it when it needs memory */
	uint64_t undumped[HAK_SLICES_WORDS]; /* lk:SUPERSLAB: left out of core dumps (S4) */
	uint64_t dense[HAK_SLICES_WORDS];    /* lk:SUPERSLAB (S5) */
	uint64_t known[HAK_SLICES_WORDS];    /* lk:SUPERSLAB: used at any time since it was mapped */
	uint64_t shut[HAK_SLICES_WORDS];     /* any: region/shut.h */
	struct hak_span nothing;   /* const: zero, HAK_KIND_NONE: registered for free slices */
	struct hak_span record[HAK_SUPERSLAB_SLICES]; /* whoever took the slice */
};

/* All superslabs, and sums over them. */
struct hak_superslabs {
	struct hak_superslab *all; /* any: only ever grows */
	struct hak_superslab *unused; /* lk:SUPERSLAB: descriptors, linked by next_unused */
	struct hak_span *late;     /* any: runs freed by signal handlers that could not take the lock; linked by size */
	size_t next_size;          /* lk:SUPERSLAB: bytes of the next superslab */
	uint64_t n;                /* lk:SUPERSLAB */
	uint64_t n_mapped;         /* lk:SUPERSLAB: slices, as all of the following */
	uint64_t n_used;           /* lk:SUPERSLAB; read by any */
	uint64_t n_dirty;          /* lk:SUPERSLAB */
	uint64_t n_lazy;           /* lk:SUPERSLAB */
	uint64_t n_dense;          /* lk:SUPERSLAB */
};

extern struct hak_superslabs hak_superslabs;

enum hak_slices_state { HAK_SLICES_CLEAN, HAK_SLICES_LAZY, HAK_SLICES_DIRTY };

/* Slices to put back into core dumps, once the lock is released. */
struct hak_slices_revival {
	char *base; /* NULL: none */
	size_t size;
};

void hak_slices_lock(void);

/* Frees the runs in `late`. */
void hak_slices_take_late_locked(void);
void hak_slices_unlock(void);

/* The first of all descriptors, linked by next; those without slices are not in use. */
HAK_INLINE struct hak_superslab *hak_slices_first(void)
{
	return hak_load_acquire(&hak_superslabs.all);
}

HAK_INLINE bool hak_slices_is_huge(const struct hak_superslab *s)
{
	return hak_huge_is_asked(hak_load_relaxed(&s->huge));
}

HAK_INLINE unsigned hak_slices_idx_of(const struct hak_superslab *s, const char *base)
{
	return (unsigned)((size_t)(base - s->base) / HAK_SLICE_SIZE);
}

/* The first of n slices in an extent, at an aligned address, or n_slices; *longest: the longest extent passed over. */
unsigned hak_slices_find_locked(const struct hak_superslab *s, enum hak_extent kind, size_t n, size_t align, unsigned *longest);

/* Lists a new superslab, or one that could not be unmapped: all of its slices are clean. */
void hak_slices_begin_locked(struct hak_superslab *s);

/* Removes one from the lists before it is unmapped: nobody finds it any more. */
void hak_slices_end_locked(struct hak_superslab *s);

/* Puts a descriptor without slices among the unused ones. */
void hak_slices_retire_locked(struct hak_superslab *s);

/* Marks free slices used. Returns whether all of them were clean. */
bool hak_slices_use_locked(struct hak_superslab *s, unsigned first, unsigned n);

/* Marks used slices free. */
void hak_slices_unuse_locked(struct hak_superslab *s, unsigned first, unsigned n, enum hak_slices_state state);

/* Takes the slices [first, first + n), and undumped ones next to them, out of undumped: one call serves all that are
 * likely to be used soon, and never splits a mapping. */
void hak_slices_revive_locked(struct hak_superslab *s, unsigned first, unsigned n, struct hak_slices_revival *out);

/* Makes the system call that hak_slices_revive_locked() found necessary. */
void hak_slices_revive(const struct hak_slices_revival *revival);

/* The same for all slices of a superslab that is about to be unmapped. */
void hak_slices_forget_undumped_locked(struct hak_superslab *s);

/* Leaves free memory out of core dumps (S4). */
void hak_slices_undump(void);

#endif
