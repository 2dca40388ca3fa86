/* SPDX-License-Identifier: MIT */
/* Sizes' arithmetic and bitmaps, against the obvious loops. */
/* hak-skip-unless: echo | $CC -dM -E - | grep -q __LP64__ # its numbers are of 64 bit */
#include "check.h"
#include "base/bits.h"

#define N_BITS 200

static void check_numbers(void)
{
	uint64_t state = 1;

	for (unsigned i = 0; i < 64; i++) {
		uint64_t w = (uint64_t)1 << i;

		CHECK(hak_bits_low(w) == i && hak_bits_high(w) == i && hak_bits_count(w) == 1);
		CHECK(hak_bits_low(~(w - 1)) == i && hak_bits_high(w | (w - 1)) == i);
		CHECK(hak_is_pow2((size_t)w));
		CHECK(i < 2 || !hak_is_pow2((size_t)w + 1));
		for (unsigned n = 1; i + n <= 64; n++)
			CHECK(hak_bits_count(hak_bits_mask(i, n)) == n &&
			      hak_bits_low(hak_bits_mask(i, n)) == i);
	}
	CHECK(!hak_is_pow2(0));
	for (unsigned i = 0; i < 100000; i++) {
		size_t n = rnd_size(&state, (size_t)1 << 40);
		size_t to = (size_t)1 << rnd(&state) % 30;

		CHECK(hak_round_up(n, to) >= n && hak_round_up(n, to) - n < to &&
		      hak_round_up(n, to) % to == 0);
		CHECK(hak_round_down(n, to) <= n && n - hak_round_down(n, to) < to &&
		      hak_round_down(n, to) % to == 0);
	}
	CHECK(hak_round_up(SIZE_MAX, 4096) == 0);
}

static unsigned find(const bool *shadow, unsigned n, unsigned from, bool value)
{
	while (from < n && shadow[from] != value)
		from++;
	return from < n ? from : n;
}

int main(void)
{
	uint64_t map[HAK_N_WORDS(N_BITS)] = { 0 };
	bool shadow[N_BITS] = { 0 };
	uint64_t state = 2;

	check_numbers();
	for (unsigned i = 0; i < 20000; i++) {
		unsigned from = (unsigned)(rnd(&state) % N_BITS);
		unsigned n = (unsigned)(rnd(&state) % (N_BITS - from + 1));
		bool value = rnd(&state) & 1;
		bool are = true;

		hak_bits_fill(map, from, n, value);
		for (unsigned k = from; k < from + n; k++)
			shadow[k] = value;
		for (unsigned k = 0; k < N_BITS; k++)
			CHECK(hak_bit_is_set(map, k) == shadow[k]);
		from = (unsigned)(rnd(&state) % (N_BITS + 1));
		value = rnd(&state) & 1;
		CHECK(hak_bits_find(map, N_BITS, from, value) == find(shadow, N_BITS, from, value));
		n = (unsigned)(rnd(&state) % (N_BITS - from + 1));
		for (unsigned k = from; k < from + n; k++)
			are = are && shadow[k] == value;
		CHECK(hak_bits_are(map, from, n, value) == are, "from %u n %u", from, n);
	}
	return 0;
}
