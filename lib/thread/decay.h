/* SPDX-License-Identifier: MIT */
/*
 * Owns: when free memory goes back to the system.
 * Threads: any. Locks: those of lower floors, inside.
 */
#ifndef HAK_THREAD_DECAY_H
#define HAK_THREAD_DECAY_H

#include "base/attr.h"

/* Called on miss paths now and then: purges what has been free for purge_delay. One thread at a time does it. */
void hak_decay_step(void);

/* Purges everything that is free. Returns bytes given back. */
size_t hak_decay_all(void);

/* Empties the calling thread's caches and the heaps without a thread, then purges unless at most target bytes are
 * free. Returns bytes given back. */
size_t hak_decay_trim(size_t target);

#endif
