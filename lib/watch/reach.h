/* SPDX-License-Identifier: MIT */
/*
 * Owns: the search for live blocks that the program cannot reach any more.
 * Threads: the caller's, outside of a miss. Locks: none; other threads may go on.
 * A block is reached by every word that is an address in it: in a reached block, or anywhere in the process's memory that is
 * not the allocator's. So static data, thread-local storage, all stacks (of the caller's own, the part in use) and mappings
 * count, whatever they are; code does not. It errs by what looks like an address. The other way it errs only where the address
 * is in no memory: in a register of another thread.
 */
#ifndef HAK_WATCH_REACH_H
#define HAK_WATCH_REACH_H

#include "base/attr.h"

struct hak_reach;

/* Searches, until hak_reach_end(). NULL: there is no memory for it, or the process may not read its own. */
struct hak_reach *hak_reach_search(void) HAK_COLD;

/* Did the block at p have a record in the profile, and is it live, but was not reached? */
bool hak_reach_is_leaked(const struct hak_reach *r, uintptr_t p);

/* r may be NULL. */
void hak_reach_end(struct hak_reach *r);

#endif
