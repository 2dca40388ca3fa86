/* SPDX-License-Identifier: MIT */
/*
 * Owns: holes: OS pages inside slabs in use on which no block is alive or cached.
 * Threads: any. Locks: the heap's, inside, never over a system call.
 * E1 While its pages go back to the system, a hole's blocks count as taken: nobody else can hand them out.
 * E2 Slabs in which blocks became free wait in their heap's news. A round looks at each of them once; one in which nothing
 *    has moved between two rounds gives its holes.
 */
#ifndef HAK_TINY_HOLE_H
#define HAK_TINY_HOLE_H

#include "tiny/slab.h"

/* Gives holes in h back, some at a time, while has_time() says so. delay: ms between two rounds; all: whatever has moved.
 * Returns bytes. */
size_t hak_hole_purge_any(struct hak_heap *h, uint64_t now, uint64_t delay, bool all, bool (*has_time)(void *), void *arg);

/* Slabs that kept holes for huge pages' sake are news again: some huge pages were broken. */
void hak_hole_tell_kept(void);

/* Is there something to look at in h, now or later? A hint. */
bool hak_hole_is_due_any(const struct hak_heap *h);

#endif
