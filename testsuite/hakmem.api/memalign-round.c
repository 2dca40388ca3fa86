/* SPDX-License-Identifier: MIT */
/* hak-link: preload */
/* memalign() rounds the alignment up to a power of two, as glibc does. */
#include "check.h"

int main(void)
{
	size_t alignment, up = 1;

	for (alignment = 0; alignment < 10000; alignment += alignment < 300 ? 1 : 97) {
		void *p = memalign(hide_n(alignment), 40);

		while (up < alignment)
			up *= 2;
		CHECK(p, "alignment %zu", alignment);
		CHECK((uintptr_t)p % up == 0, "%p for alignment %zu", p, alignment);
		memset(p, 1, 40);
		free(p);
	}
	errno_set(0);
	CHECK(!hide(memalign(hide_n(SIZE_MAX / 2 + 2), 1)), "half the address space and more");
	CHECK(errno_get() == EINVAL);
	errno_set(0);
	CHECK(!hide(memalign(hide_n(SIZE_MAX / 2 + 1), hide_n(1))), "half the address space");
	CHECK(errno_get() == ENOMEM);
	return 0;
}
