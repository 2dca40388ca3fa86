/* SPDX-License-Identifier: MIT */
/* hak-link: preload */
/* pvalloc() starts an OS page and fills whole ones, in every tier. */
#include "check.h"

int main(void)
{
	size_t os_page = (size_t)sysconf(_SC_PAGESIZE), i, j;

	for (i = 0; i < N_OF(tier_sizes); i++) {
		size_t size = tier_sizes[i];
		void *p[4];

		for (j = 0; j < N_OF(p); j++) {
			p[j] = pvalloc(size);
			CHECK(p[j], "size %zu", size);
			CHECK((uintptr_t)p[j] % os_page == 0, "%p, size %zu", p[j], size);
			size = (size + os_page - 1) / os_page * os_page;
			CHECK(malloc_usable_size(p[j]) >= size, "size %zu", size);
			fill_thin(p[j], size, j);
		}
		for (j = 0; j < N_OF(p); j++) {
			CHECK(filled_thin(p[j], size, j) == size);
			free(p[j]);
		}
	}
	return 0;
}
