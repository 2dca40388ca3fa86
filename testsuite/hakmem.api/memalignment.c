/* SPDX-License-Identifier: MIT */
/* hak-link: shared */
/* memalignment(): the largest power of two that an address is a multiple of, be there memory or not. */
#include "check.h"
#include <hakmem.h>

size_t memalignment(const void *ptr);

int main(void)
{
	unsigned shift;

	CHECK(memalignment(NULL) == 0 && hakmem_memalignment(NULL) == 0);
	for (shift = 0; shift < sizeof(void *) * 8; shift++) {
		uintptr_t bit = (uintptr_t)1 << shift;

		CHECK(memalignment((void *)bit) == bit, "bit %u", shift);
		CHECK(memalignment((void *)(bit | (uintptr_t)1 << (sizeof(void *) * 8 - 1))) == bit, "bit %u", shift);
		CHECK(hakmem_memalignment((void *)-bit) == bit, "bit %u", shift);
	}
	for (shift = 4; shift <= 20; shift++) {
		void *p = hide(aligned_alloc((size_t)1 << shift, 100));

		CHECK(p && memalignment(p) >= (size_t)1 << shift);
		CHECK(memalignment((char *)p + 2) == 2);
		free(p);
	}
	return 0;
}
