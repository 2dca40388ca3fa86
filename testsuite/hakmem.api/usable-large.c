/* SPDX-License-Identifier: MIT */
/* hak-link: preload */
/* malloc_usable_size() of large blocks: at least the size asked for, writable to the last byte. */
#include "check.h"

int main(void)
{
	size_t n, usable;

	for (n = 60000; n < MIB(600); n += n / 7 + 3) {
		char *p = malloc(n);

		CHECK(p);
		usable = malloc_usable_size(p);
		CHECK(usable >= n, "%zu for %zu", usable, n);
		p[0] = 1;
		p[n - 1] = 2;
		p[usable - 1] = 3;
		free(p);
	}
	return 0;
}
