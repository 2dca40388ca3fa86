/* SPDX-License-Identifier: MIT */
/*
 * Owns: where the blocks that were freed lately had been allocated, and where they were freed, while each block is a sample. A
 *       later one with the same hash takes its place.
 * Threads: any. Locks: the profile's, but for hak_freed_prepare().
 */
#ifndef HAK_WATCH_FREED_H
#define HAK_WATCH_FREED_H

#include "base/attr.h"

/* Gets the memory, once; without it, nothing is kept. */
void hak_freed_prepare(void);

/* Is there memory? */
bool hak_freed_is_kept(void);

/* stack: of the free; 0: not known. */
void hak_freed_note_locked(uintptr_t block, uint32_t hash, uint32_t site, uint32_t stack);

/* The block's site, and *stack; 0: not known. */
uint32_t hak_freed_find_locked(uintptr_t block, uint32_t hash, uint32_t *stack);

void hak_freed_empty_locked(void);

#endif
