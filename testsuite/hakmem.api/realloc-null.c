/* SPDX-License-Identifier: MIT */
/* hak-link: preload */
/* realloc(NULL, n) allocates. */
#include "check.h"

int main(void)
{
	size_t i;

	for (i = 0; i < N_OF(tier_sizes); i++) {
		void *p = realloc(hide(NULL), tier_sizes[i]);

		CHECK(p);
		CHECK(malloc_usable_size(p) >= tier_sizes[i]);
		fill_thin(p, tier_sizes[i], i);
		CHECK(filled_thin(p, tier_sizes[i], i) == tier_sizes[i]);
		free(p);
	}
	return 0;
}
