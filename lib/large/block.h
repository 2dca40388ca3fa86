/* SPDX-License-Identifier: MIT */
/* Owns: the descriptor of a large block, for large.c and guarded.c alone. */
#ifndef HAK_LARGE_BLOCK_H
#define HAK_LARGE_BLOCK_H

#include "large/large.h"

HAK_INLINE struct hak_large *hak_large_of(struct hak_span *span)
{
	return (struct hak_large *)span;
}

/* A descriptor; NULL: no memory. _alone and _late take no lock. */
struct hak_large *hak_large_take_descriptor(void);
struct hak_large *hak_large_make_descriptor_alone(void);
void hak_large_give_descriptor(struct hak_large *l);
void hak_large_give_descriptor_late(struct hak_large *l);

/* Counts a live block in a mapping of `mapped` bytes; uncounts it. */
void hak_large_count(struct hak_large *l, size_t mapped, uint64_t origin);
void hak_large_uncount(struct hak_large *l);

/* Counts size bytes more as held, if necessary after purging what is free. False: the limit forbids it. */
bool hak_large_charge(size_t size);

#endif
