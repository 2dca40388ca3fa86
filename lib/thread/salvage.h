/* SPDX-License-Identifier: MIT */
/*
 * Owns: salvaging, in a forked child, the caches of threads that only the parent has (P3 in thread/thread.h).
 * Threads: any, inside a miss. Locks: heaps', inside.
 */
#ifndef HAK_THREAD_SALVAGE_H
#define HAK_THREAD_SALVAGE_H

#include "tiny/cache.h"

/* Values of a cache's generation that belong to no process: it is in the pool; it has no thread and is not in the pool. */
#define HAK_NO_THREAD 0
#define HAK_LOST_THREAD UINT32_MAX

/* The forking thread's cache has the child's generation now: any cache with another one was left behind. */
void hak_salvage_begin(void);

/* Lets the child collect remote frees (T3 in tiny/remote.h). Inside a miss, before anything is collected; in a handler that
 * interrupted one, does nothing. */
void hak_salvage_frees(void);

/* Returns the blocks of one such cache to its heap, and the cache to the pool. False: there is none. */
bool hak_salvage_one(void);

#endif
