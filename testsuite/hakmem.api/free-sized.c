/* SPDX-License-Identifier: MIT */
/* hak-link: shared */
/* free_sized() with the size asked for: accepted in every tier, errno kept, the memory reused. */
#include "check.h"

void free_sized(void *ptr, size_t size);

int main(void)
{
	size_t i, n, before = 0;

	errno_set(EXDEV);
	free_sized(NULL, 0);
	free_sized(NULL, 100);
	for (n = 0; n < 70000; n += n < 5000 ? 1 : 101) {
		free_sized(hide(malloc(n)), n);
		free_sized(hide(calloc(1, n)), n);
		free_sized(hide(realloc(hide(malloc(n / 2)), n ? n : 1)), n ? n : 1);
	}
	for (i = 0; i < 300; i++) {
		for (n = 0; n < N_OF(tier_sizes); n++)
			free_sized(hide(malloc(tier_sizes[n])), tier_sizes[n]);
		if (i == 30)
			before = vm_size();
	}
	CHECK(errno_get() == EXDEV);
	CHECK(vm_size() < before + MIB(64));
	return 0;
}
