/* SPDX-License-Identifier: MIT */
/* hak-link: preload */
/* No size class wastes more than 12.5 % of the block, from 129 bytes to 32 KiB. */
#include "check.h"

int main(void)
{
	size_t n, usable;

	for (n = 129; n <= 32768; n++) {
		void *p = malloc(n);

		CHECK(p);
		usable = malloc_usable_size(p);
		CHECK((usable - n) * 8 <= usable, "%zu usable for %zu", usable, n);
		free(p);
	}
	return 0;
}
