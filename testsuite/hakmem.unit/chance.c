/* SPDX-License-Identifier: MIT */
/* hak-libs: -lm */
/* Chance: draws are exponential, with the mean, the variance and the tail that this means; hak_chance_of() is 1 - exp(-x) to
 * nine digits, from tiny to huge. */
#include "unit.h"
#include "base/chance.h"
#include <math.h>

int main(void)
{
	unsigned long n = rounds(4000000), n_tail = 0;
	uint64_t state = hak_chance_seed(&n), other = hak_chance_seed(&n);
	double sum = 0, squares = 0, least = 1, off;

	CHECK(state != other, "two seeds are the same");
	for (unsigned long i = 0; i < n; i++) {
		double e = hak_chance_exponential(&state);

		CHECK(e >= 0 && e < 40, "%g", e);
		sum += e;
		squares += e * e;
		n_tail += e > 3;
		least = e < least ? e : least;
	}
	off = (sum / (double)n - 1) * sqrt((double)n);
	CHECK(fabs(off) < 5, "the mean is off by %g deviations", off);
	off = (squares / (double)n - 2) * sqrt((double)n / 20); /* the variance of a square is 24 - 4 */
	CHECK(fabs(off) < 5, "the square's mean is off by %g deviations", off);
	off = ((double)n_tail / (double)n - exp(-3)) * sqrt((double)n / (exp(-3) * (1 - exp(-3))));
	CHECK(fabs(off) < 5, "the tail is off by %g deviations", off);
	CHECK(least < 20.0 / (double)n);

	CHECK(hak_chance_of(0) == 0);
	for (double x = 1e-12; x < 1e6; x *= 1.1) {
		double wanted = -expm1(-x), seen = hak_chance_of(x);

		CHECK(fabs(seen - wanted) <= 1e-9 * wanted, "1 - exp(-%g) is %.12g, not %.12g", x, wanted, seen);
	}
	return 0;
}
