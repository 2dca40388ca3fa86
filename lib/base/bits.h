/* SPDX-License-Identifier: MIT */
/* Owns: arithmetic on sizes, and bitmaps as arrays of 64-bit words, bit 0 first. */
#ifndef HAK_BASE_BITS_H
#define HAK_BASE_BITS_H

#include "base/attr.h"

#define HAK_WORD_BITS 64
#define HAK_N_WORDS(n_bits) (((n_bits) + HAK_WORD_BITS - 1) / HAK_WORD_BITS)

HAK_INLINE unsigned hak_bits_low(uint64_t w) /* index of the lowest bit; w is not 0 */
{
	return (unsigned)__builtin_ctzll(w);
}

HAK_INLINE unsigned hak_bits_high(uint64_t w) /* index of the highest bit; w is not 0 */
{
	return 63U - (unsigned)__builtin_clzll(w);
}

HAK_INLINE unsigned hak_bits_count(uint64_t w)
{
	return (unsigned)__builtin_popcountll(w);
}

HAK_INLINE bool hak_is_pow2(size_t n)
{
	return n != 0 && (n & (n - 1)) == 0;
}

HAK_INLINE size_t hak_round_up(size_t n, size_t to) /* to: a power of two; may wrap to a small number */
{
	return (n + to - 1) & ~(to - 1);
}

HAK_INLINE uintptr_t hak_round_down(uintptr_t n, size_t to) /* to: a power of two */
{
	return n & ~(uintptr_t)(to - 1);
}

HAK_INLINE bool hak_bit_is_set(const uint64_t *map, unsigned idx)
{
	return map[idx / HAK_WORD_BITS] >> idx % HAK_WORD_BITS & 1;
}

HAK_INLINE uint64_t hak_bits_mask(unsigned from, unsigned n) /* n ones from bit `from`; from + n <= 64, n >= 1 */
{
	return (~(uint64_t)0 >> (HAK_WORD_BITS - n) % HAK_WORD_BITS) << from;
}

/* Bits [from, from + n) of a bitmap, set or cleared. */
HAK_INLINE void hak_bits_fill(uint64_t *map, unsigned from, unsigned n, bool value)
{
	while (n > 0) {
		unsigned at = from % HAK_WORD_BITS;
		unsigned k = n < HAK_WORD_BITS - at ? n : HAK_WORD_BITS - at;
		uint64_t mask = hak_bits_mask(at, k);

		if (value)
			map[from / HAK_WORD_BITS] |= mask;
		else
			map[from / HAK_WORD_BITS] &= ~mask;
		from += k;
		n -= k;
	}
}

/* How many of the bits [from, from + n) are set. */
HAK_INLINE unsigned hak_bits_count_in(const uint64_t *map, unsigned from, unsigned n)
{
	unsigned n_set = 0;

	while (n > 0) {
		unsigned at = from % HAK_WORD_BITS;
		unsigned k = n < HAK_WORD_BITS - at ? n : HAK_WORD_BITS - at;

		n_set += hak_bits_count(map[from / HAK_WORD_BITS] & hak_bits_mask(at, k));
		from += k;
		n -= k;
	}
	return n_set;
}

/* Writes to bitmaps before this come before writes after it, as seen by a forked child. */
HAK_INLINE void hak_bits_settle(void)
{
	__atomic_signal_fence(__ATOMIC_SEQ_CST);
}

/* First bit at or after `from` that has `value`, or n_bits. */
HAK_INLINE unsigned hak_bits_find(const uint64_t *map, unsigned n_bits, unsigned from, bool value)
{
	while (from < n_bits) {
		uint64_t w = map[from / HAK_WORD_BITS];

		w = (value ? w : ~w) >> from % HAK_WORD_BITS;
		if (w != 0) {
			from += hak_bits_low(w);
			return from < n_bits ? from : n_bits;
		}
		from = (from / HAK_WORD_BITS + 1) * HAK_WORD_BITS;
	}
	return n_bits;
}

/* One more than the last bit before `end` that has `value`, or 0. */
HAK_INLINE unsigned hak_bits_end(const uint64_t *map, unsigned end, bool value)
{
	while (end > 0) {
		unsigned at = (end - 1) / HAK_WORD_BITS;
		uint64_t w = (value ? map[at] : ~map[at]) & hak_bits_mask(0, end - at * HAK_WORD_BITS);

		if (w != 0)
			return at * HAK_WORD_BITS + hak_bits_high(w) + 1;
		end = at * HAK_WORD_BITS;
	}
	return 0;
}

/* Are all bits of [from, from + n) equal to `value`? */
HAK_INLINE bool hak_bits_are(const uint64_t *map, unsigned from, unsigned n, bool value)
{
	return hak_bits_find(map, from + n, from, !value) == from + n;
}

#endif
