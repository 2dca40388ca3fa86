/* SPDX-License-Identifier: MIT */
/*
 * Owns: memory for descriptors, bitmaps and caches' arrays, apart from all blocks, between guard pages.
 * Threads: any.
 * Locks: META inside.
 * M1 Metadata is never unmapped, so a stale pointer to it never faults.
 * M2 Pieces start at a cache line: no two of them share one.
 */
#ifndef HAK_REGION_META_H
#define HAK_REGION_META_H

#include "base/attr.h"

/* A zeroed piece of size bytes, or NULL. */
void *hak_meta_take(size_t size);

/* Gives a piece back to be taken again, at the size it was taken. */
void hak_meta_give(void *piece, size_t size);

/* Whole OS pages, zeroed, at most a slice, or NULL: they count as held when the caller says so. Never given back. */
void *hak_meta_take_pages(size_t size);

/* A table of its own, zeroed, or NULL. Takes no lock. Never given back; once it is in use, hak_meta_note() has
 * hak_meta_resident() count it. */
void *hak_meta_map(size_t size);
void hak_meta_note(void *base, size_t size);

/* Bytes resident. For figures only: asks the kernel. */
uint64_t hak_meta_resident(void);

#endif
