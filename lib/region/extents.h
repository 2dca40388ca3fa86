/* SPDX-License-Identifier: MIT */
/*
 * Owns: the search for free slices in a row: superslabs in bins, by the length of their longest extent.
 * Threads: any. Locks: SUPERSLAB, held by the caller.
 * X1 An extent is a row of free slices (or of dirty ones, or of lazy ones). None in a superslab is longer than the
 *    superslab's bound. After slices are taken, the bound may be too large, until a search that finds less lowers it.
 *    So a search costs the same however many superslabs there are.
 * X2 A superslab is in the bin for its bound, or with bound 0 in none. Those reserved for dense slices (S5) have bins
 *    of their own.
 */
#ifndef HAK_REGION_EXTENTS_H
#define HAK_REGION_EXTENTS_H

#include "region/slices.h"

/* Sets a superslab's bound, and moves it to the right bin. */
void hak_extents_set_locked(struct hak_superslab *s, enum hak_extent kind, unsigned bound);

/* The same, and it is looked at last in that bin where the largest are wanted. */
void hak_extents_renew_locked(struct hak_superslab *s, enum hak_extent kind, unsigned bound);

/* Raises the bound to at least n. */
void hak_extents_raise_locked(struct hak_superslab *s, enum hak_extent kind, unsigned n);

/* A superslab that, by its bound, has an extent of n slices. NULL: there is none. */
struct hak_superslab *hak_extents_find_locked(enum hak_extent kind, bool is_reserved, size_t n);

/* The superslab that has been longest in the highest bin, if that is one of at least n slices; or NULL. */
struct hak_superslab *hak_extents_largest_locked(enum hak_extent kind, bool is_reserved, size_t n);

/* How many superslabs are where they belong (X2). For checks: walks all bins. */
size_t hak_extents_count_locked(enum hak_extent kind) HAK_COLD;

/* Empties all bins, before all superslabs are listed again. */
void hak_extents_forget_locked(void);

#endif
