/* SPDX-License-Identifier: MIT */
/* hak-link: preload */
/* posix_memalign() with a bad alignment: EINVAL returned, errno and the pointer untouched. */
#include "check.h"

int main(void)
{
	static const size_t sizes[] = { 0, 1, 24, 4096, 100000, 1 << 24, SIZE_MAX };
	size_t alignment, i;

	for (alignment = 0; alignment < 5000; alignment++) {
		if (alignment >= sizeof(void *) && !(alignment & (alignment - 1)))
			continue;
		for (i = 0; i < N_OF(sizes); i++) {
			void *p = &p;
			int error;

			errno_set(EXDEV);
			error = posix_memalign(&p, hide_n(alignment), hide_n(sizes[i]));
			CHECK(error == EINVAL, "returned %d for alignment %zu", error, alignment);
			CHECK(errno_get() == EXDEV);
			CHECK(hide(p) == &p, "the pointer was written");
		}
	}
	return 0;
}
