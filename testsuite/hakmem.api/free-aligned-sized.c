/* SPDX-License-Identifier: MIT */
/* hak-link: shared */
/* free_aligned_sized() with the alignment and size asked for: accepted, errno kept. */
#include "check.h"

void free_aligned_sized(void *ptr, size_t alignment, size_t size);

int main(void)
{
	unsigned shift;
	size_t i;

	errno_set(EXDEV);
	free_aligned_sized(NULL, 64, 100);
	for (shift = 0; shift <= 26; shift++) {
		for (i = 0; i < N_OF(tier_sizes); i++) {
			size_t alignment = (size_t)1 << shift;
			void *p = hide(aligned_alloc(alignment, tier_sizes[i]));

			CHECK(p);
			free_aligned_sized(p, alignment, tier_sizes[i]);
		}
	}
	CHECK(errno_get() == EXDEV);
	return 0;
}
