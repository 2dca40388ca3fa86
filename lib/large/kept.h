/* SPDX-License-Identifier: MIT */
/*
 * Owns: mappings of large blocks that were freed, kept for the next ones as far as there may be slack.
 * Threads: any.
 * Locks: LARGE inside; no system call is made under it.
 * G1 A mapping is at least a slice long, so no two of them begin in the same slice.
 * G2 Two of the same origin are parts of one mapping of the kernel's: where they are neighbours, both together can grow
 *    or move, as no two other mappings can.
 */
#ifndef HAK_LARGE_KEPT_H
#define HAK_LARGE_KEPT_H

#include "base/attr.h"

struct hak_kept {
	char *base;            /* NULL: an unused slot */
	size_t size;
	uint64_t origin;
	uint64_t since;        /* ms */
	bool is_clean;
};

/* A kept mapping of size bytes and alignment, or one that is smaller and can grow. False: none. */
bool hak_kept_take(size_t size, size_t align, bool grows, struct hak_kept *out);

/* What is kept at `end`, of this origin, if it has `wanted` bytes. Returns bytes, a rest below a slice included; 0: not. */
size_t hak_kept_take_next(const char *end, uint64_t origin, size_t wanted);

/* Keeps a freed mapping, in place of the oldest ones if need be. */
void hak_kept_put(struct hak_kept k);

/* Unmaps, or, where the kernel is out of mappings, at least gives the pages back and keeps the rest for reuse. */
void hak_kept_drop(struct hak_kept k);

/* Unmaps kept mappings older than delay ms, the oldest first, until n_bytes have gone; of a longer one a piece of `most`
 * bytes (whole OS pages) at a time. Returns bytes. */
size_t hak_kept_purge(uint64_t delay, size_t n_bytes, size_t most);

/* Bytes kept; what of them is resident, for figures only: asks the kernel. */
uint64_t hak_kept_bytes(void);
uint64_t hak_kept_resident(void);

#endif
