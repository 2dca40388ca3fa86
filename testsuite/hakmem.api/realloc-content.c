/* SPDX-License-Identifier: MIT */
/* hak-link: preload */
/* realloc() keeps the content: from every tier to every tier, growing and shrinking. */
#include "check.h"

#define FULL_MAX 20000 /* up to here every byte is compared, above one in 509 */

int main(void)
{
	size_t i, j;

	for (i = 0; i < N_OF(tier_sizes); i++) {
		for (j = 0; j < N_OF(tier_sizes); j++) {
			size_t a = tier_sizes[i], b = tier_sizes[j], both = a < b ? a : b, right;
			unsigned char *p = malloc(a);

			CHECK(p);
			if (a <= FULL_MAX)
				fill(p, a, i);
			else
				fill_thin(p, a, i);
			p = realloc(p, b);
			CHECK(p, "from %zu to %zu", a, b);
			CHECK((uintptr_t)p % 16 == 0 || b < 16);
			CHECK(malloc_usable_size(p) >= b);
			right = a <= FULL_MAX ? filled(p, both, i) : filled_thin(p, both, i);
			CHECK(right == both, "from %zu to %zu: byte %zu", a, b, right);
			fill_thin(p, b, j);
			CHECK(filled_thin(p, b, j) == b);
			free(p);
		}
	}
	return 0;
}
