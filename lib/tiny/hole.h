/* SPDX-License-Identifier: MIT */
/*
 * Owns: holes: OS pages inside slabs in use on which no block is live or cached.
 * Threads: any. Locks: the heap's, inside, never over a system call.
 * E1 While its pages are given back, a hole's blocks count as taken, so that nobody can hand them out.
 * E2 Slabs in which blocks became free wait in their heap's news. A round looks at each of them once. If nothing
 *    changed in a slab between two rounds, its holes are purged.
 */
#ifndef HAK_TINY_HOLE_H
#define HAK_TINY_HOLE_H

#include "tiny/slab.h"

/* Purges holes in h, a few at a time, while has_time() returns true. delay: ms between two rounds; all: whatever has
 * changed. Returns bytes. */
size_t hak_hole_purge_any(struct hak_heap *h, uint64_t now, uint64_t delay, bool all, bool (*has_time)(void *), void *arg);

/* Some huge pages were broken up: puts slabs that kept holes for their sake into news again. */
void hak_hole_tell_kept(void);

/* Does h have holes to look for, now or later? A hint. */
bool hak_hole_is_due_any(const struct hak_heap *h);

#endif
