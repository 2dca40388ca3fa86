/* SPDX-License-Identifier: MIT */
/*
 * Owns: the way of a free that missed: what stands at the address, whose it is, or the verdict.
 * Threads: any. Locks: none held; those of lower floors are taken inside.
 * D1 Nothing is read at or near the address before the registry has vouched for it.
 */
#ifndef HAK_FREE_DISPATCH_H
#define HAK_FREE_DISPATCH_H

#include "conf/report.h"
#include "tiny/heap.h"

/* The live block that begins at p, or NULL after a verdict (under on_error:report). */
struct hak_span *hak_block_prove(const void *p, const struct hak_caller *caller);

/* Usable bytes of a block that begins in span. */
HAK_INLINE size_t hak_block_size(const struct hak_span *span)
{
	return span->size;
}

/* Can a block in span have been asked for as size bytes? realloc() leaves a block that is less than twice too large. */
HAK_INLINE bool hak_block_can_be(const struct hak_span *span, size_t size)
{
	return size <= span->size && (size > span->size / 2 || span->size <= HAK_ALIGNMENT);
}

/* What a verdict says of span's class: see conf/report.h. */
size_t hak_block_class(const struct hak_span *span);

/* Frees p, which is not NULL, on behalf of heap h, whose owner the caller is. */
void hak_free_own(struct hak_heap *h, void *p, const struct hak_caller *caller);


#endif
