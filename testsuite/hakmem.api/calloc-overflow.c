/* SPDX-License-Identifier: MIT */
/* hak-link: preload */
/* calloc() whose product wraps: NULL and ENOMEM, for every pair of factors. */
#include "check.h"

int main(void)
{
	const unsigned bits = 8 * sizeof(size_t);
	unsigned a, b;

	for (a = 1; a < bits; a++) {
		for (b = bits - a; b < bits; b++) {
			size_t x = (size_t)1 << a, y = (size_t)1 << b;

			CHECK_ENOMEM(calloc(hide_n(x), hide_n(y)));
			CHECK_ENOMEM(calloc(hide_n(x + 1), hide_n(y + 1)));
		}
	}
	for (a = 2; a < 4000; a++) {
		/* The smallest count that wraps, and the product then is less than one element. */
		CHECK_ENOMEM(calloc(hide_n(SIZE_MAX / a + 1), hide_n(a)));
		CHECK_ENOMEM(calloc(hide_n(a), hide_n(SIZE_MAX / a + 1)));
	}
	CHECK_ENOMEM(calloc(hide_n(SIZE_MAX), hide_n(SIZE_MAX)));
	return 0;
}
