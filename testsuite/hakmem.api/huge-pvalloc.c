/* SPDX-License-Identifier: MIT */
/* hak-link: preload */
/* pvalloc() of a size no machine has: NULL and ENOMEM. */
#include "huge.h"

int main(void)
{
	FOR_HUGE(n)
		CHECK_ENOMEM(pvalloc(n));
	return 0;
}
