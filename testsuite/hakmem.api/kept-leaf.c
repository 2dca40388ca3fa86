/* SPDX-License-Identifier: MIT */
/* hak-link: preload */
/* hak-skip-unless: test -z "$HAK_EMULATOR" # which has other addresses */
/* A part of a kept mapping begins where none began before, in a GiB for which the registry has no table yet, and grows in place.
 * Nothing of it is touched. */
#include "check.h"
#include <malloc.h>

int main(void)
{
	char *all, *above, *a, *b, *c;

	if (sizeof(void *) < 8)
		UNSUPPORTED_BECAUSE("too few addresses");
	all = hide(malloc(GIB(200))); /* of what there is, a part may be kept */
	if (!all)
		UNSUPPORTED_BECAUSE("200 GiB of addresses cannot be had");
	above = hide(malloc(GIB(2)));
	a = hide(malloc(GIB(3)));
	CHECK(above && a);
	free(above);
	malloc_trim(0);
	free(a);
	b = hide(malloc(MIB(1600)));
	CHECK(b);
	c = hide(malloc(MIB(2000)));
	CHECK(c && (c + MIB(2000) <= b || b + MIB(1600) <= c));
	c[0] = c[MIB(2000) - 1] = 1;
	free(b);
	free(c);
	free(all);
	return 0;
}
