/* SPDX-License-Identifier: MIT */
/*
 * Owns: decay: when free memory that has aged is given back. In bites, on the program's own misses; all at once on
 *       request, or above a limit. (What exceeds the slack is given back as soon as it is free: region/slack.h.)
 * Threads: any, inside a miss, unless it says otherwise. Locks: those of lower layers, inside.
 * Y1 A bite takes HAK_BITE_NS plus at most one system call; all bites together take 1/HAK_BITE_SHARE of the time.
 * Y2 A thread that is idle, while there is memory to give back, is forced to miss: as long as it has tokens, its hit
 *    paths find hak_cache_none, and each such miss takes a token. It gets tokens as time passes, and a few, to find out
 *    whether it is idle, on its first miss in a clock tick and when it first uses a class. With the last token, and
 *    after a large flush, all bases are raised: each class misses when it is next used, maybe much later. Within the
 *    same tick each base is raised again up to HAK_REST_AGAIN times. So classes that are seldom used keep showing that
 *    time has passed.
 * Y3 A thread may free what others allocated, all of whose classes have missed in their last tick, and then sleep: nobody
 *    would miss. So a step makes some other caches miss, and so do many frees by a thread that has no cache: no more often
 *    than each HAK_REST_TELL_PAUSE ms.
 */
#ifndef HAK_THREAD_DECAY_H
#define HAK_THREAD_DECAY_H

#include "tiny/cache.h"

/* What a higher floor wants to do now and then, on misses: outside of all locks, on whatever stack the program has. */
struct hak_look {
	uint64_t due;               /* any: ms of hak_os_now() from which on look() is called, by any number of threads; UINT64_MAX: never */
	void (*look)(uint64_t now); /* const once due is less */
};

extern struct hak_look hak_decay_look;

/* One step, called now and then by a thread that leaves a miss; c is its own cache. */
void hak_decay_step_own(struct hak_cache *c);

/* Makes some other caches miss than own (which may be NULL), if it is time for that (Y3). */
void hak_decay_tell_others(const struct hak_cache *own, uint64_t now);

/* For the purge thread: gives back all that is due; with is_short, all that is free. Called outside a miss. */
void hak_decay_run(bool is_short);

/* Gives back free memory now: held is above the soft limit, or just below the container's. */
void hak_decay_press(void) HAK_COLD;

/* Empties the caches of the caller (c, or NULL) and of ended threads. Then purges all that is free in any heap, holes
 * included, if target is 0 or there is more slack than target. Returns bytes given back. */
size_t hak_decay_trim(struct hak_cache *c, size_t target);

#endif
