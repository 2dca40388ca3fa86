/* SPDX-License-Identifier: MIT */
/* hak-link: preload */
/* aligned_alloc() with an alignment that is no power of two: NULL and EINVAL. */
#include "check.h"

int main(void)
{
	static const size_t sizes[] = { 0, 1, 24, 4096, 100000, 1 << 24, SIZE_MAX };
	size_t alignment, i;

	for (alignment = 0; alignment < 5000; alignment++) {
		if (alignment && !(alignment & (alignment - 1)))
			continue;
		for (i = 0; i < N_OF(sizes); i++) {
			errno_set(0);
			CHECK(!hide(aligned_alloc(hide_n(alignment), hide_n(sizes[i]))), "alignment %zu",
			      alignment);
			CHECK(errno_get() == EINVAL, "alignment %zu", alignment);
		}
	}
	errno_set(0);
	CHECK(!hide(aligned_alloc(hide_n(SIZE_MAX), 1)));
	CHECK(errno_get() == EINVAL);
	return 0;
}
