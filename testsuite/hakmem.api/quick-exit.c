/* SPDX-License-Identifier: MIT */
/* hak-link: preload */
/* The family works in at_quick_exit handlers; quick_exit ends with the code given. */
/* hak-exit: 3 */
#include "check.h"

static void handler(void)
{
	size_t i;

	for (i = 0; i < N_OF(tier_sizes); i++)
		free(hide(malloc(tier_sizes[i])));
}

int main(void)
{
	CHECK(at_quick_exit(handler) == 0);
	CHECK(hide(malloc(100)));
	quick_exit(3);
}
