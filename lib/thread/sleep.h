/* SPDX-License-Identifier: MIT */
/*
 * Owns: how a purger empties the caches of a thread that sleeps. The thread's pops take no lock; instead the purger
 *       1 sees it asleep in a system call, finds no pop on its stack   2 claims the heap: miss paths stay out
 *       3 raises base to top: pops miss   4 sees that it has slept all the time   5 gives the blocks to their slabs.
 * Threads: a purger, one at a time. Locks: PURGER; the heap is claimed from 2 on.
 * Z1 A pop that begins after 3 misses (H5). One that began before is over at 4, or a signal interrupted it: then its
 *    pc, in the section of all pops, lies in the signal's frame above sp, where 1 looked; and from there no call leads
 *    away that could have left such an address otherwise. Pushes need no proof: they touch only top and what is above.
 * Z2 1 and 4 find the same sleep (L1), so nothing that 1 read has changed.
 * Z3 A thread that sleeps on any other stack than its own is left alone, and one with an address further down its stack.
 * Not seen: a pop that a handler has interrupted which then changed stacks by hand.
 */
#ifndef HAK_THREAD_SLEEP_H
#define HAK_THREAD_SLEEP_H

#include "tiny/heap.h"

/* Is h worth a try? Its thread must be known, and its caches hold enough; unless at_once, nothing moved in them since the
 * last call, which makes it due then, and less and less often after that. */
bool hak_sleep_is_due(struct hak_heap *h, bool at_once);

/* Empties the caches of h if its thread sleeps. Returns the number of blocks. Not for the caller's own heap. Opens files,
 * for as long as it takes. */
size_t hak_sleep_empty(struct hak_heap *h);

#endif
