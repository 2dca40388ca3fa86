/* SPDX-License-Identifier: MIT */
/*
 * Owns: which allocations become sentries (large/sentry.h): the next one to miss in a thread that has looked whether one is due.
 * Threads: the cache's owner, inside a miss. Locks: META inside.
 * A thread looks now and then when it misses. So that it misses now and then, even in a steady loop, it counts its allocations
 * (Z4 in tiny/sampler.h), unless they turn out to be many, which would make that dear.
 */
#ifndef HAK_THREAD_POST_H
#define HAK_THREAD_POST_H

#include "tiny/sampler.h"

/* Looks. now: ms. */
void hak_post_look_own(struct hak_cache *c, uint64_t now) HAK_COLD;

/* Its thread has ended. */
void hak_post_end_own(struct hak_cache *c) HAK_COLD;

#endif
