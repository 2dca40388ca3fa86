/* SPDX-License-Identifier: MIT */
/* hak-link: preload */
/* reallocarray() to a size no machine has: NULL and ENOMEM, and the block is as it was. */
#include "huge.h"

int main(void)
{
	size_t i;

	for (i = 0; i < N_OF(tier_sizes); i++) {
		size_t size = tier_sizes[i];
		void *p = malloc(size);

		CHECK(p);
		fill(p, size, i);
		FOR_HUGE(n) {
			CHECK_ENOMEM(reallocarray(hide(p), 1, n));
			CHECK_ENOMEM(reallocarray(hide(p), n, 1));
			CHECK_ENOMEM(reallocarray(hide(NULL), n, 1));
		}
		CHECK(filled(p, size, i) == size, "content of a block of %zu", size);
		free(p);
	}
	return 0;
}
