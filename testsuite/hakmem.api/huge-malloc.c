/* SPDX-License-Identifier: MIT */
/* hak-link: preload */
/* malloc() of a size no machine has: NULL and ENOMEM. */
#include "huge.h"

int main(void)
{
	FOR_HUGE(n)
		CHECK_ENOMEM(malloc(n));
	return 0;
}
