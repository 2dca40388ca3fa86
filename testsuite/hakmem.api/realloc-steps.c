/* SPDX-License-Identifier: MIT */
/* hak-link: preload */
/* One block grown from 1 B to 256 MiB and shrunk back: the content stays, step after step. */
#include "check.h"

int main(void)
{
	size_t n = 1, last = 0;
	unsigned char *p = NULL;

	while (n <= MIB(256)) {
		p = realloc(p, n);
		CHECK(p, "growing to %zu", n);
		CHECK(filled_thin(p, last, 5) == last, "growing from %zu to %zu", last, n);
		fill_thin(p, n, 5);
		last = n;
		n += n / 3 + 1;
	}
	while (n > 1) {
		n -= n / 4 + 1;
		if (!n)
			break;
		p = realloc(p, n);
		CHECK(p, "shrinking to %zu", n);
		last = n < last ? n : last;
		CHECK(filled_thin(p, last, 5) == last, "shrinking to %zu", n);
	}
	free(p);
	return 0;
}
