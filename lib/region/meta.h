/* SPDX-License-Identifier: MIT */
/*
 * Owns: memory for descriptors, bitmaps and the arrays of caches, away from all blocks, between guard pages.
 * Threads: any.
 * Locks: META inside.
 * M1 Metadata is never unmapped, so a stale pointer to it never faults.
 * M2 Pieces start at a cache line: no two of them share one.
 */
#ifndef HAK_REGION_META_H
#define HAK_REGION_META_H

#include "base/attr.h"

/* A mapping of metadata, for the figures; itself in metadata. */
struct hak_meta_range {
	struct hak_meta_range *next; /* const */
	char *base;                  /* const */
	size_t size;                 /* const */
	uint32_t is_huge;            /* any: a huge page was asked for, and nothing of it was given back yet */
};

extern struct hak_meta_range *hak_meta_ranges; /* any: only ever grows */

/* A zeroed piece of size bytes, or NULL. */
void *hak_meta_take(size_t size);

/* Gives a piece back for reuse; size: as it was taken. */
void hak_meta_give(void *piece, size_t size);

/* Whole OS pages, zeroed, at most a slice; or NULL. The caller counts them as held. Never given back. */
void *hak_meta_take_pages(size_t size);

/* Gives their OS pages back; they read as zero then. False if the kernel refuses. */
bool hak_meta_purge(void *base, size_t size);

/* A zeroed table on a mapping of its own, or NULL. Takes no lock. Never given back. Once it is in use, hak_meta_note()
 * makes hak_meta_resident() count it. */
void *hak_meta_map(size_t size);
void hak_meta_note(void *base, size_t size);

/* Bytes resident. For statistics only: asks the kernel. */
uint64_t hak_meta_resident(void);

#endif
