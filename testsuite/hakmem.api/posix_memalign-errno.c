/* SPDX-License-Identifier: MIT */
/* hak-link: preload */
/* posix_memalign() that succeeds leaves errno alone, in every tier. */
#include "check.h"

int main(void)
{
	unsigned shift;
	size_t i;

	for (shift = 3; shift <= 24; shift++) {
		for (i = 0; i < N_OF(tier_sizes); i++) {
			void *p = NULL;

			errno_set(EXDEV);
			CHECK(posix_memalign(&p, (size_t)1 << shift, tier_sizes[i]) == 0);
			CHECK(errno_get() == EXDEV, "alignment 2^%u, size %zu", shift, tier_sizes[i]);
			CHECK(p);
			free(p);
			CHECK(errno_get() == EXDEV);
		}
	}
	return 0;
}
