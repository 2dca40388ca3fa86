/* SPDX-License-Identifier: MIT */
/*
 * Owns: runs: blocks too large for a slab, on slices of their own.
 * Threads: any; a block's owner is whoever holds it.
 * Locks: the superslabs' inside.
 */
#ifndef HAK_MID_RUN_H
#define HAK_MID_RUN_H

#include "region/superslab.h"

/* A block of size bytes, at most HAK_RUN_MAX, aligned to align (a power of two). NULL: no memory. *is_clean: it reads
 * as zero. */
void *hak_run_take(size_t size, size_t align, bool *is_clean);

/* Frees the block, which begins at p. False: another thread was first. _alone: takes no lock, for a signal handler whose own
 * thread may hold it. */
bool hak_run_give(struct hak_span *run, void *p);
bool hak_run_give_alone(struct hak_span *run, void *p);

/* Changes its size in place, to at most HAK_RUN_MAX. False: the slices behind it are taken, or another thread was first to free
 * it. Whoever would free it meanwhile finds no block. */
bool hak_run_resize(struct hak_span *run, void *p, size_t size);

/* Of a run that nobody else knows yet, taken with hak_size_with_room(): makes it size bytes long. While it grows or shrinks by
 * little, it keeps the slices behind that. */
void hak_run_keep_room(struct hak_span *run, size_t size);

extern uint64_t hak_run_n_bytes; /* any */
extern uint64_t hak_run_n_takes; /* any */

/* Bytes in live runs. */
uint64_t hak_run_bytes(void);

/* What realloc() may take for a block of size bytes that grows; its span then has HAK_LIVE_RESIZED. */
HAK_INLINE size_t hak_size_with_room(size_t size)
{
	return size / 8 * 9;
}

#endif
