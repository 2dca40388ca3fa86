/* SPDX-License-Identifier: MIT */
/*
 * Owns: large blocks in a hardened process, each with a mapping of its own; and the addresses of freed ones, which stay
 *       inaccessible for a while.
 * With HAK_HARDEN_GUARD a block is between inaccessible OS pages, and at the end of its own until it is resized: that moves OS
 * pages, and no bytes in them. They are in a reservation: at its start, or after one inaccessible OS page. The descriptor's
 * origin is the reservation's size in bytes, plus 1 if there is that page. With HAK_HARDEN_PAD the rest of its OS pages holds
 * its pattern.
 * Threads: any; a block's owner is whoever holds it.
 * Locks: LARGE inside; no system call is made under it. _alone functions take none, for signal handlers.
 * Check: a block's pattern is read under the lock, by others than its owner, while it is registered. So once it is not, its
 *        owner takes the lock before it changes anything else; _alone functions look whether it is just being read.
 */
#ifndef HAK_LARGE_GUARDED_H
#define HAK_LARGE_GUARDED_H

#include "region/registry.h"

/* A block of size bytes, aligned to align (a power of two), which reads as zero. NULL: no memory. */
void *hak_guarded_take(size_t size, size_t align);
void *hak_guarded_take_alone(size_t size, size_t align);

/* Is it one of these? There may be others, allocated before the options were known. */
bool hak_guarded_is(const struct hak_span *span);

/* Where the block comes from is in it: HAK_LIVE_KINDS. */
uint8_t *hak_guarded_kind(struct hak_span *span);

/* Takes the block at p from all who would free it, too. False: another thread was first. */
bool hak_guarded_claim(struct hak_span *span, const void *p);

/* Is its pattern unchanged? For its owner: what another thread has freed is inaccessible. */
bool hak_guarded_is_whole(struct hak_span *span);

/* Writes its pattern again. */
void hak_guarded_mend(struct hak_span *span);

/* Checks the patterns of all of them; returns faults found; tells them (hak_pad_tell()). */
size_t hak_guarded_check(const void **found);

/* Frees what was claimed. */
void hak_guarded_give(struct hak_span *span);
void hak_guarded_give_alone(struct hak_span *span);

/* Changes the size of the block at p, moving the OS pages if necessary. Returns where it is; NULL: unchanged, or another thread
 * was first to free it. */
void *hak_guarded_resize(struct hak_span *span, void *p, size_t size);

/* Unmaps the addresses of freed blocks, and the memory that waits for new ones. Returns how many bytes that was. */
size_t hak_guarded_trim(void);

/* Unmaps the reservation around pages; origin: as a descriptor's. False: the kernel refuses. */
bool hak_guarded_unreserve(char *pages, uint64_t origin);

#endif
