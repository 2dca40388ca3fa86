/* SPDX-License-Identifier: MIT */
/*
 * Owns: pinned bytes: those of free blocks on OS pages that hold a live block, too, and so cannot be given back.
 * Threads: any. Locks: none: what it is given may change meanwhile. Of itself it asks nobody: hakmem-stat counts so in copies
 *          of another process's slabs.
 */
#ifndef HAK_WATCH_PINS_H
#define HAK_WATCH_PINS_H

#include "base/attr.h"

/* What there is to know of a slab, which begins at an OS page. */
struct hak_pins {
	const uint64_t *bits; /* its free bitmap, ... */
	const uint8_t *live;  /* ... its live bytes, ... */
	unsigned n_blocks;    /* ... of so many blocks, ... */
	size_t size;          /* ... each of so many bytes */
	size_t page;          /* an OS page's bytes */
};

/* The pinned bytes of the OS page at off bytes into the slab, and how many live blocks it holds, at least in part. */
size_t hak_pins_on_page(const struct hak_pins *slab, size_t off, unsigned *n_live);

/* Of all its OS pages. */
size_t hak_pins_in_slab(const struct hak_pins *slab);

/* The share in that of live block idx: what is pinned on each of its OS pages, divided by the live blocks there. */
double hak_pins_of_block(const struct hak_pins *slab, size_t idx);

#endif
