/* SPDX-License-Identifier: MIT */
/*
 * Owns: when free memory that has aged goes back to the system: in bites, on the program's own misses; all at once where
 *       it is asked for, or a limit presses. (What there is too much of goes when it becomes free: region/slack.h.)
 * Threads: any, inside a miss, but where it says otherwise. Locks: those of lower floors, inside.
 * Y1 A bite takes HAK_BITE_NS, and one system call more; all of them together 1/HAK_BITE_SHARE of the time.
 * Y2 A thread that rests, while there is something to give back, is forced to miss: its hit paths find hak_cache_none as
 *    long as it has tokens, and each forced miss takes one. It gets some as time goes on, and a few, to find out whether
 *    it rests, on the first of its misses in a tick of the clock and when it uses a class for the first time. With the
 *    last of them, and when many blocks went to their slabs, all bases are raised: each class misses when it is used
 *    next, maybe much later. In the same tick each is raised again, HAK_REST_AGAIN times: so what is seldom used goes on
 *    telling that time has gone by.
 */
#ifndef HAK_THREAD_DECAY_H
#define HAK_THREAD_DECAY_H

#include "tiny/cache.h"

/* Called on c's way out of a miss, now and then. */
void hak_decay_step(struct hak_cache *c);

/* For the purge thread: all that is due, or with is_short all that is free. Outside a miss. */
void hak_decay_run(bool is_short);

/* More is held than the soft limit allows, or nearly what the container does: sees to it that free memory goes now. */
void hak_decay_press(void) HAK_COLD;

/* Empties the caches of the caller (c, or NULL) and of ended threads, and purges everything that is free in any heap, holes
 * included, unless at most target bytes are. Returns bytes given back. */
size_t hak_decay_trim(struct hak_cache *c, size_t target);

#endif
