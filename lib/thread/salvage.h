/* SPDX-License-Identifier: MIT */
/*
 * Owns: what a forked child does with the caches of threads that it does not have (P3 in thread/thread.h).
 * Threads: any, inside a miss. Locks: heaps', inside.
 */
#ifndef HAK_THREAD_SALVAGE_H
#define HAK_THREAD_SALVAGE_H

#include "tiny/cache.h"

/* A cache's generation that is no process's: nobody's, in the pool; nobody's any more, and not in the pool. */
#define HAK_NO_THREAD 0
#define HAK_LOST_THREAD UINT32_MAX

/* The thread that forked is known: what has another generation is left behind. */
void hak_salvage_begin(void);

/* Gives the blocks of one such cache back to its heap. False: there is none. */
bool hak_salvage_one(void);

#endif
