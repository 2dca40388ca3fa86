/* SPDX-License-Identifier: MIT */
/* hak-link: preload */
/* calloc() of a size no machine has: NULL and ENOMEM. */
#include "huge.h"

int main(void)
{
	FOR_HUGE(n) {
		CHECK_ENOMEM(calloc(1, n));
		CHECK_ENOMEM(calloc(n, 1));
		CHECK_ENOMEM(calloc(n / 2 + 1, 2));
	}
	return 0;
}
