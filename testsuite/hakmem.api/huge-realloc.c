/* SPDX-License-Identifier: MIT */
/* hak-link: preload */
/* realloc() to a size no machine has: NULL and ENOMEM, and the block is as it was. */
#include "huge.h"

int main(void)
{
	size_t i;

	FOR_HUGE(n)
		CHECK_ENOMEM(realloc(hide(NULL), n));
	for (i = 0; i < N_OF(tier_sizes); i++) {
		size_t size = tier_sizes[i];
		void *p = malloc(size);

		CHECK(p);
		fill(p, size, i);
		FOR_HUGE(n)
			CHECK_ENOMEM(realloc(hide(p), n));
		CHECK(filled(p, size, i) == size, "content of a block of %zu", size);
		CHECK(malloc_usable_size(p) >= size);
		free(p);
	}
	return 0;
}
