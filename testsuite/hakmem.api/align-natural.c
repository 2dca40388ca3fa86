/* SPDX-License-Identifier: MIT */
/* hak-link: preload */
/* malloc, calloc and realloc align to 16 bytes from 16 bytes on, and to 8 below. */
#include "check.h"

static void check(void *p, size_t n)
{
	CHECK(p);
	CHECK((uintptr_t)p % (n < 16 ? 8 : 16) == 0, "%p for %zu", p, n);
}

int main(void)
{
	size_t n;

	CHECK(_Alignof(max_align_t) <= 16);
	for (n = 0; n < 70000; n++) {
		void *p = malloc(n), *q = calloc(1, n), *r = realloc(NULL, n);

		check(p, n);
		check(q, n);
		check(r, n);
		p = realloc(p, n + 13);
		check(p, n + 13);
		free(p);
		free(q);
		free(r);
	}
	return 0;
}
