/* SPDX-License-Identifier: MIT */
#include "base/chance.h"

#include "base/atomic.h"

#define GOLDEN 0x9e3779b97f4a7c15u /* 2^64 / the golden ratio: splitmix64's step */
#define LN_2 0.693147180559945309417
#define SQRT_2 1.41421356237309504880

static uint64_t mix(uint64_t x)
{
	x = (x ^ x >> 30) * 0xbf58476d1ce4e5b9u;
	x = (x ^ x >> 27) * 0x94d049bb133111ebu;
	return x ^ x >> 31;
}

uint64_t hak_chance_seed(const void *place)
{
	static uint64_t n_seeds; /* any */

	return mix((uintptr_t)place + GOLDEN * hak_add_relaxed(&n_seeds, 1));
}

uint64_t hak_chance_bits(uint64_t *state)
{
	uint64_t next = hak_load_relaxed(state) + GOLDEN;

	hak_store_relaxed(state, next);
	return mix(next);
}

/* The natural logarithm of x > 0, a normal number. */
static double logarithm(double x)
{
	union { double number; uint64_t bits; } u = { .number = x };
	int exponent = (int)(u.bits >> 52) - 1023;
	double t, square, sum = 0;

	u.bits = (u.bits & ((1ULL << 52) - 1)) | 1023ULL << 52;
	if (u.number > SQRT_2) {
		u.number /= 2;
		exponent++;
	}
	/* 2 artanh(t), t at most 0.172 */
	t = (u.number - 1) / (u.number + 1);
	square = t * t;
	for (int i = 17; i > 0; i -= 2)
		sum = sum * square + 1.0 / i;
	return 2 * t * sum + exponent * LN_2;
}

double hak_chance_exponential(uint64_t *state)
{
	/* (0, 1] in steps of 2^-53 */
	return -logarithm((double)((hak_chance_bits(state) >> 11) + 1) / 9007199254740992.0);
}

double hak_chance_of(double x)
{
	unsigned n_halved = 0;
	double q;

	if (x > 40) /* 1, as far as a double can tell */
		return 1;
	while (x > 1.0 / 64) {
		x /= 2;
		n_halved++;
	}
	q = x * (1 - x / 2 * (1 - x / 3 * (1 - x / 4 * (1 - x / 5 * (1 - x / 6)))));
	for (; n_halved > 0; n_halved--)
		q *= 2 - q; /* 1 - (1 - q)^2 */
	return q;
}
