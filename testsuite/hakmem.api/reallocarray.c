/* SPDX-License-Identifier: MIT */
/* hak-link: preload */
/* reallocarray() resizes to the product, keeps the content, and with a product of 0 frees. */
#include "check.h"

int main(void)
{
	char *p = reallocarray(NULL, 10, 30);

	CHECK(p);
	CHECK(malloc_usable_size(p) >= 300);
	fill(p, 300, 1);
	p = reallocarray(p, 1000, 7);
	CHECK(p);
	CHECK(malloc_usable_size(p) >= 7000);
	CHECK(filled(p, 300, 1) == 300);
	p = reallocarray(p, 5, 5);
	CHECK(p);
	CHECK(filled(p, 25, 1) == 25);
	CHECK(!hide(reallocarray(p, hide_n(0), hide_n(9))));
	return 0;
}
