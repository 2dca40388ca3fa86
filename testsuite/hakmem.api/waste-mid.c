/* SPDX-License-Identifier: MIT */
/* hak-link: preload */
/* Above 32 KiB a block is at most an eighth, or one slice of 64 KiB, larger than asked for. */
#include "check.h"

int main(void)
{
	size_t n, usable;

	for (n = 32769; n <= MIB(64); n += 1 + n / 900) {
		void *p = hide(malloc(n));

		CHECK(p);
		usable = malloc_usable_size(p);
		CHECK(usable - n <= usable / 8 || usable - n < KIB(64), "%zu usable for %zu", usable, n);
		free(p);
	}
	return 0;
}
