/* SPDX-License-Identifier: MIT */
/* hak-link: preload */
/* reallocarray() whose product wraps: NULL and ENOMEM, the block is as it was. */
#include "check.h"

#define BITS (8 * (unsigned)sizeof(size_t))

int main(void)
{
	void *p = malloc(100);
	unsigned a, b;

	CHECK(p);
	fill(p, 100, 1);
	for (a = 1; a < BITS; a++) {
		for (b = BITS - a; b < BITS; b++) {
			CHECK_ENOMEM(reallocarray(hide(p), hide_n((size_t)1 << a), hide_n((size_t)1 << b)));
			CHECK_ENOMEM(reallocarray(hide(p), hide_n(((size_t)1 << a) + 1),
						  hide_n(((size_t)1 << b) + 1)));
		}
	}
	for (a = 2; a < 1000; a++)
		CHECK_ENOMEM(reallocarray(hide(p), hide_n(SIZE_MAX / a + 1), hide_n(a)));
	CHECK(filled(p, 100, 1) == 100);
	free(p);
	return 0;
}
