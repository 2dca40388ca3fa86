/* SPDX-License-Identifier: MIT */
/*
 * Owns: spares: reservations of large blocks in a hardened process (large/guarded.h) that hold OS pages for a next block. The
 *       pages are a freed block's, zeroed, and have moved away from its addresses. base and size are theirs, and count as held.
 * Threads: any. Locks: LARGE inside; no system call is made under it.
 */
#ifndef HAK_LARGE_SPARE_H
#define HAK_LARGE_SPARE_H

#include "large/kept.h"

/* Unmaps the oldest ones, if there are too many. */
void hak_spare_put(const struct hak_kept *spare);

/* The newest one of this size. False: there is none. */
bool hak_spare_take(size_t size, struct hak_kept *out);

/* Unmaps those that are delay ms old. Returns how many bytes they held. */
size_t hak_spare_purge(uint64_t delay);

size_t hak_spare_bytes(void);

#endif
