/* SPDX-License-Identifier: MIT */
/* hak-link: preload */
/* memalign() of a size no machine has, at every alignment: NULL and ENOMEM. */
#include "huge.h"

int main(void)
{
	unsigned shift;

	for (shift = 0; shift <= 30; shift++)
		FOR_HUGE(n)
			CHECK_ENOMEM(memalign(hide_n((size_t)1 << shift), n));
	return 0;
}
