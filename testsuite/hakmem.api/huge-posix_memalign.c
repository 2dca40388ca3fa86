/* SPDX-License-Identifier: MIT */
/* hak-link: preload */
/* posix_memalign() of a size no machine has: ENOMEM returned, the pointer untouched. */
#include "huge.h"

int main(void)
{
	unsigned shift;

	for (shift = 3; shift <= 30; shift++) {
		FOR_HUGE(n) {
			void *p = &shift;
			int error;

			error = posix_memalign(&p, (size_t)1 << shift, n);
			CHECK(error == ENOMEM, "returned %d for %zu", error, n);
			CHECK(hide(p) == &shift, "the pointer was written");
		}
	}
	return 0;
}
