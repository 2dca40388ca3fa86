/* SPDX-License-Identifier: MIT */
/*
 * Owns: where free slices in a row are found: superslabs in bins, by how long their longest extent may be.
 * Threads: any. Locks: SUPERSLAB, held by the caller.
 * X1 An extent is a row of free slices (of dirty ones, of lazy ones). None in a superslab is longer than its bound; after slices were
 *    taken the bound may be too large, until a search that finds less lowers it. So a search costs the same however many
 *    superslabs there are.
 * X2 A superslab is in the bin of its bound, or with bound 0 in none; those that are kept for dense slices (S5) in bins of
 *    their own.
 */
#ifndef HAK_REGION_EXTENTS_H
#define HAK_REGION_EXTENTS_H

#include "region/slices.h"

/* Sets a superslab's bound, and puts it where it then belongs. */
void hak_extents_set_locked(struct hak_superslab *s, enum hak_extent kind, unsigned bound);

/* The bound is at least n from now on. */
void hak_extents_raise_locked(struct hak_superslab *s, enum hak_extent kind, unsigned n);

/* A superslab with an extent of n slices, as far as its bound tells; NULL: there is none. */
struct hak_superslab *hak_extents_find_locked(enum hak_extent kind, bool is_reserved, size_t n);

/* The superslab that was longest in the highest bin; the one after it in bins of at least n slices; NULL: no more. */
struct hak_superslab *hak_extents_largest_locked(enum hak_extent kind, bool is_reserved, size_t n);
struct hak_superslab *hak_extents_next_locked(const struct hak_superslab *s, enum hak_extent kind, size_t n);

/* All superslabs leave their bins: they are listed anew. */
void hak_extents_forget_locked(void);

#endif
