/* SPDX-License-Identifier: MIT */
/* hak-link: preload */
/* valloc() of a size no machine has: NULL and ENOMEM. */
#include "huge.h"

int main(void)
{
	FOR_HUGE(n)
		CHECK_ENOMEM(valloc(n));
	return 0;
}
