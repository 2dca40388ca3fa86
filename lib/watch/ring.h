/* SPDX-License-Identifier: MIT */
/*
 * Owns: the event rings: the last events of each thread, kept with its cache; one more ring for threads without a cache,
 *       and for those that come when the rings have used up HAK_RING_MEMORY. A ring stays with its cache: the next thread that
 *       gets that goes on in it.
 * Threads: any, signal handlers and forked children included. Locks: META, for a thread's first event.
 * Writing: whoever has swapped an event's number for HAK_EVENT_BUSY may write it; then it gets the number of its place. Who
 *       finds it busy (a handler, or another thread of the same ring, that has come around meanwhile) gives up. What a fork
 *       finds busy is nobody's: busy includes the fork generation.
 * Reading: an event has the number that it must have, before and after, or is skipped.
 */
#ifndef HAK_WATCH_RING_H
#define HAK_WATCH_RING_H

#include "base/attr.h"
#include "watch/event.h"

struct hak_ring {
	uint64_t n;               /* any: events so far */
	uint32_t n_slots;         /* const: how many it keeps */
	struct hak_event event[];
};

/* Begins to record, if the option ring says so. */
void hak_ring_start(void) HAK_COLD;

/* Writes them to stderr, after a verdict, if they are recorded. */
void hak_ring_tell(void) HAK_COLD;

/* Writes the events of all rings to fd, a line each, those of one ring in their order. Async-signal-safe. Returns 0 or the errno
 * of a failed write; ENODATA: nothing is recorded. */
int hak_ring_write(int fd) HAK_COLD;

#endif
