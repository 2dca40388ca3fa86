/* SPDX-License-Identifier: MIT */
/*
 * Owns: the size classes: 16 to 128 bytes in steps of 16, then eight classes to each doubling, so that a block
 *       of more than 128 bytes is at most 12.5 % larger than asked for. Pure arithmetic.
 * Threads: any. Locks: none.
 */
#ifndef HAK_TINY_CLASS_H
#define HAK_TINY_CLASS_H

#include "base/bits.h"
#include "conf/limits.h"

/* The class for size bytes; 1 <= size <= HAK_TINY_MAX. */
HAK_INLINE unsigned hak_class_of(size_t size)
{
	size_t last = size - 1;
	unsigned doubling, shift;

	if (size <= 128)
		return (unsigned)(last / 16);
	doubling = hak_bits_high(last);          /* 7 for 129 to 256 */
	shift = doubling - 3;
	return 8 * (doubling - 7) + (unsigned)(last >> shift); /* last >> shift is 8 to 15 */
}

/* Bytes of a block of class sc. */
HAK_INLINE size_t hak_class_size(unsigned sc)
{
	if (sc < 8)
		return (sc + 1) * (size_t)16;
	return (size_t)(sc % 8 + 9) << (sc / 8 + 3);
}

/* Does each block of class sc have a slab to itself? */
HAK_INLINE bool hak_class_is_single(unsigned sc)
{
	return hak_class_size(sc) > HAK_SHARED_MAX;
}

/* Slices of one slab: enough for 64 blocks up to 1 KiB, for 32 up to 4 KiB; for larger classes, as many as leave the
 * least unused, at most 1/16; for slabs of one block, as many as it needs. */
HAK_INLINE unsigned hak_class_slices(unsigned sc)
{
	static const uint8_t fitting[8] = { 4, 5, 5, 6, 5, 7, 4, 4 };
	size_t size = hak_class_size(sc);

	if (hak_class_is_single(sc))
		return (unsigned)((size + HAK_SLICE_SIZE - 1) / HAK_SLICE_SIZE);
	return size <= 1024 ? 1 : size <= 4096 ? 2 : fitting[sc % 8];
}

/* The same for the first slab in a heap: a program that uses many sizes has one of each, and needs few large blocks. */
HAK_INLINE unsigned hak_class_first_slices(unsigned sc)
{
	size_t size = hak_class_size(sc);

	return size <= 4096 || hak_class_is_single(sc) ? hak_class_slices(sc) : size <= HAK_SHARED_MAX / 2 ? 1 : 2;
}

/* The most blocks of class sc that a refill takes. */
HAK_INLINE unsigned hak_class_batch(unsigned sc)
{
	size_t n = HAK_BATCH_BYTES / hak_class_size(sc);

	if (hak_class_is_single(sc))
		return 1;
	return n < HAK_BATCH_MIN ? HAK_BATCH_MIN : n < HAK_BATCH_MAX ? (unsigned)n : HAK_BATCH_MAX;
}

#endif
