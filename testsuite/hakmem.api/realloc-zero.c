/* SPDX-License-Identifier: MIT */
/* hak-link: preload */
/* realloc(p, 0) frees p and returns NULL, in every tier, without using memory up; errno stays. */
#include "check.h"

int main(void)
{
	size_t i, j, before = 0;

	for (i = 0; i < N_OF(tier_sizes); i++) {
		for (j = 0; j < 20; j++) {
			void *p = malloc(tier_sizes[i]);

			CHECK(p);
			errno_set(EXDEV);
			CHECK(!hide(realloc(p, hide_n(0))), "a block of %zu", tier_sizes[i]);
			CHECK(errno_get() == EXDEV);
		}
	}
	/* 4 GiB in all: kept instead of freed they would show. */
	for (j = 0; j < 4096; j++) {
		void *p = malloc(MIB(1));

		CHECK(p);
		memset(p, 1, 4096);
		CHECK(!hide(realloc(p, hide_n(0))));
		if (j == 100)
			before = vm_size();
	}
	CHECK(vm_size() < before + MIB(256), "from %zu to %zu", before, vm_size());
	return 0;
}
