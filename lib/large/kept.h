/* SPDX-License-Identifier: MIT */
/*
 * Owns: mappings of freed large blocks, kept for the next ones as far as there may be slack.
 * Threads: any.
 * Locks: LARGE inside; no system call is made under it.
 * G1 A mapping is at least a slice long, so no two of them begin in the same slice.
 * G2 Mappings of the same origin are parts of one kernel mapping: if adjacent, they can grow or move together. Others
 *    cannot.
 * G3 Where a block takes more than two thirds of a kept mapping, the rest is kept for this block alone: once it is freed,
 *    both join again. Otherwise mappings would fall into ever smaller pieces. The rest ages like all others.
 */
#ifndef HAK_LARGE_KEPT_H
#define HAK_LARGE_KEPT_H

#include "base/attr.h"
#include "conf/limits.h"

struct hak_kept {
	char *base;            /* NULL: an unused slot */
	size_t size;
	uint64_t origin;
	uint64_t since;        /* ms */
	bool is_rest;          /* G3 */
	bool is_clean;
};

extern struct hak_kept hak_kept_slots[HAK_KEPT_SLOTS]; /* lk:LARGE: the last HAK_SPARE_SLOTS of them are large/spare.h's */

/* A kept mapping of size bytes and alignment, or one that is smaller and can grow. False: none. */
bool hak_kept_take(size_t size, size_t align, bool grows, struct hak_kept *out);

/* Takes `wanted` bytes kept at `end`, of this origin, if they are there. Returns how many: any rest below a slice comes
 * with them; 0: none. */
size_t hak_kept_take_next(const char *end, uint64_t origin, size_t wanted);

/* Keeps a freed mapping, if necessary in place of the oldest ones. */
void hak_kept_put(struct hak_kept k);

/* Unmaps. If the kernel cannot, because it would need more mappings than it allows, gives the pages back and keeps the
 * address space for reuse. */
void hak_kept_drop(struct hak_kept k);

/* Unmaps kept mappings older than delay ms, the oldest first, until n_bytes are gone; longer ones in pieces of `most`
 * bytes (whole OS pages). Returns bytes. */
size_t hak_kept_purge(uint64_t delay, size_t n_bytes, size_t most);

/* Bytes kept; how many of them are resident. The latter is for statistics only: it asks the kernel. */
uint64_t hak_kept_bytes(void);
uint64_t hak_kept_resident(void);

#endif
