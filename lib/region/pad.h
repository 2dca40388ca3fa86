/* SPDX-License-Identifier: MIT */
/*
 * Owns: bytes that show a write where none should be: a pattern after the size requested, and zeros.
 * A byte of a pattern depends on its address, on the block and on a secret of the process. It is never 0, nor any other
 * byte of ASCII. Before the secret is drawn, it is the same everywhere.
 * Threads: any. Locks: none.
 */
#ifndef HAK_REGION_PAD_H
#define HAK_REGION_PAD_H

#include "base/attr.h"
#include "conf/limits.h"

/* Draws the secret, once, before the first pattern. */
void hak_pad_start(void);

/* The least number of bytes to leave after the size requested, for a pattern. */
HAK_INLINE size_t hak_pad_least(size_t size)
{
	return size < HAK_PAD_SMALL ? 1 : size < HAK_PAD_MIDDLE ? HAK_PAD_WORD : 2 * HAK_PAD_WORD;
}

extern uint64_t hak_pad_secret; /* const once drawn */

/* A word of block p's pattern. */
HAK_INLINE uint64_t hak_pad_pattern(const void *p)
{
	uint64_t x = ((uintptr_t)p ^ hak_pad_secret) * hak_pad_secret;

	x ^= x >> 29;
	x *= 0xbf58476d1ce4e5b9U;
	return (x ^ x >> 32) | 0x8080808080808080U; /* not ASCII */
}

/* Writes block p's pattern to [from, from + n), which ends at a word's end. */
void hak_pad_write(const void *p, char *from, size_t n);

/* Is it still there? */
bool hak_pad_is_whole(const void *p, const char *from, size_t n);

/* Are n bytes all zero? */
bool hak_pad_is_zero(const char *p, size_t n);

/* A check of the heap has found that block p was written to: one line. found: NULL; or says only what was not said before, and p
 * goes there. */
void hak_pad_tell(const void *p, const char *what, const void **found) HAK_COLD;

/* Zeroes n bytes. If they are many, OS pages that are zero already are not written to. */
void hak_pad_clear(char *p, size_t n);

#endif
