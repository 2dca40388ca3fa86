/* SPDX-License-Identifier: MIT */
/* hak-link: preload */
/* realloc() of an aligned block keeps the content and gives a block that can be freed. */
#include "check.h"

int main(void)
{
	unsigned shift;
	size_t i, j;

	for (shift = 4; shift <= 21; shift++) {
		for (i = 0; i < N_OF(tier_sizes) - 12; i++) {
			for (j = i % 5; j < N_OF(tier_sizes) - 12; j += 5) {
				size_t a = tier_sizes[i], b = tier_sizes[j], both = a < b ? a : b;
				void *p = aligned_alloc((size_t)1 << shift, a);

				CHECK(p);
				fill_thin(p, a, shift);
				p = realloc(p, b);
				CHECK(p);
				CHECK(filled_thin(p, both, shift) == both, "2^%u, from %zu to %zu", shift, a,
				      b);
				fill_thin(p, b, shift);
				free(p);
			}
		}
	}
	return 0;
}
