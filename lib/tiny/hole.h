/* SPDX-License-Identifier: MIT */
/*
 * Owns: holes: OS pages inside slabs in use on which no block is alive or cached.
 * Threads: see each function. Locks: none.
 * E1 While its pages go back to the system, a hole's blocks count as taken: nobody else can hand them out.
 */
#ifndef HAK_TINY_HOLE_H
#define HAK_TINY_HOLE_H

#include "tiny/slab.h"

struct hak_hole {
	struct hak_slab *slab;
	unsigned first, n; /* blocks */
};

/* Takes up to n holes out of h's slabs of class sc that have not changed since the last look (hak_hole_age_own());
 * the caller owns h. With all, from slabs that changed since then, too. Returns how many; fewer than n: that was all. */
unsigned hak_hole_take_own(struct hak_heap *h, unsigned sc, struct hak_hole *holes, unsigned n, bool all);

/* A look at the slabs of class sc: those that do not change until the next look may give holes then. */
void hak_hole_age_own(struct hak_heap *h, unsigned sc);

/* Gives a hole's pages to the system. Returns bytes. Any thread: the blocks are the caller's. */
size_t hak_hole_purge_any(const struct hak_hole *hole);

/* Puts a hole's blocks back into their slab, which is h's; the caller owns h. */
void hak_hole_put_own(struct hak_heap *h, const struct hak_hole *hole);

/* The same from any thread: as blocks freed remotely. */
void hak_hole_send_any(const struct hak_hole *hole);

#endif
