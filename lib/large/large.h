/* SPDX-License-Identifier: MIT */
/*
 * Owns: large blocks, each on a mapping of its own.
 * Threads: any; a block's owner is whoever holds it.
 * Locks: LARGE inside, for descriptors and what is kept (large/kept.h); no system call is made under it.
 *        Functions that end in _alone take none: they are for signal handlers whose own thread may hold it.
 */
#ifndef HAK_LARGE_LARGE_H
#define HAK_LARGE_LARGE_H

#include "region/registry.h"

struct hak_large {
	struct hak_span span;
	size_t mapped;         /* own: bytes of the mapping, at least span.size; 0: the descriptor is not in use */
	uint64_t origin;       /* own: G2; of a guarded block: see guarded.h */
	struct hak_large *unused;  /* lk:LARGE, or whoever puts it into late: the next one */
	struct hak_large *next;    /* const: all descriptors ever made */
};

extern struct hak_large *hak_large_all; /* any: only ever grows */
extern uint64_t hak_large_n_live;       /* any */
extern uint64_t hak_large_n_takes;      /* any */
extern uint64_t hak_large_n_kept_takes; /* any */

struct hak_large_stats {
	uint64_t n_live;  /* blocks */
	uint64_t live;    /* bytes of live blocks */
	uint64_t cached;  /* bytes of mappings kept for reuse */
};

/* A block of size bytes, aligned to align (a power of two). NULL: no memory. grows: it is likely to grow. *is_clean: it
 * reads as zero. */
void *hak_large_take(size_t size, size_t align, bool grows, bool *is_clean);

void *hak_large_take_alone(size_t size, size_t align, bool *is_clean);

/* Frees the block, which begins at p. False: another thread was first. */
bool hak_large_give(struct hak_span *large, void *p);
bool hak_large_give_alone(struct hak_span *large, void *p);

/* Changes the size of the block at p, if necessary by moving the pages, never by copying them. Returns its address; NULL:
 * unchanged, or another thread was first to free it. Whoever would free it meanwhile finds no block. */
void *hak_large_resize(struct hak_span *large, void *p, size_t size);

/* The live large block whose mapping p lies in, or NULL. Looks at each slice before p, as far as the longest could reach. */
struct hak_span *hak_large_find(const void *p);

void hak_large_stats_get(struct hak_large_stats *stats);

/* Fills in live and cached: how much of them is resident. For statistics only: asks the kernel. */
void hak_large_resident_get(struct hak_large_stats *resident);

#endif
