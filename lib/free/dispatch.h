/* SPDX-License-Identifier: MIT */
/*
 * Owns: the one way of a free that missed: what stands at the address, whose it is, or the verdict.
 * Threads: any. Locks: none held; those of lower floors are taken inside.
 * D1 Nothing is read at or near the address before the registry has vouched for it.
 * D2 A verdict is given before anything is done, and outside a miss: a handler of SIGABRT may do what it likes.
 */
#ifndef HAK_FREE_DISPATCH_H
#define HAK_FREE_DISPATCH_H

#include "conf/report.h"
#include "region/registry.h"

/* The live block that begins at p, or NULL after a verdict (under on_error:report). */
struct hak_span *hak_block_prove(const void *p, const struct hak_caller *caller);

/* The block of a slab that begins at p stays where it is, for size bytes (realloc). */
void hak_block_note_size(struct hak_span *span, const void *p, size_t size);

/* Usable bytes of a block that begins in span. */
HAK_INLINE size_t hak_block_size(const struct hak_span *span)
{
	return span->size;
}

/* What a verdict says of span's class: see conf/report.h. */
size_t hak_block_class(const struct hak_span *span);

/* Frees p, or NULL; name and site: the caller. */
void hak_free_miss(void *p, const char *name, const void *site);

/* Frees p, not NULL, if it is aligned so; else a verdict. */
void hak_free_aligned_miss(void *p, size_t alignment, const struct hak_caller *caller);

/* Frees p, not NULL, if it can have been asked for as size bytes, at this alignment (1: at none); else a verdict. */
void hak_free_sized_miss(void *p, size_t size, size_t alignment, const struct hak_caller *caller);

#endif
