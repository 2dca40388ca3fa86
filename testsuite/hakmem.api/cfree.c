/* SPDX-License-Identifier: MIT */
/* hak-link: shared */
/* cfree() is free() under its old name. */
#include "check.h"

void cfree(void *ptr);

int main(void)
{
	size_t i, n, before = 0;

	errno_set(EXDEV);
	cfree(NULL);
	for (i = 0; i < 300; i++) {
		for (n = 0; n < N_OF(tier_sizes); n++)
			cfree(hide(malloc(tier_sizes[n])));
		if (i == 30)
			before = vm_size();
	}
	CHECK(errno_get() == EXDEV);
	CHECK(vm_size() < before + MIB(64));
	return 0;
}
