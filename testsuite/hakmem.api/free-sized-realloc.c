/* SPDX-License-Identifier: MIT */
/* hak-link: shared */
/* free_sized() takes the size that realloc() was last asked for, whether the block grew, shrank or moved. */
#include "check.h"

void free_sized(void *ptr, size_t size);

int main(void)
{
	static const size_t sizes[] = { 1, 16, 17, 40, 64, 100, 129, 200, 250, 500, 600, 1000, 1024, 1500, 3000, 5000, 8000,
					12000, 20000, 33000, 50000, 65536, 65537, 90000, 150000, 300000, 700000, 1500000,
					3000000, 4194304, 4500000, 8388609, 12000000 };
	size_t from, to, third;

	for (from = 0; from < N_OF(sizes); from++) {
		for (to = 0; to < N_OF(sizes); to++) {
			void *p = hide(malloc(sizes[from]));

			CHECK(p = hide(realloc(p, sizes[to])));
			free_sized(p, sizes[to]);
			/* By a step in between, and by small ones. */
			third = sizes[(from + to) % N_OF(sizes)];
			CHECK(p = hide(realloc(hide(malloc(sizes[from])), third)));
			CHECK(p = hide(realloc(p, sizes[to])));
			free_sized(p, sizes[to]);
			CHECK(p = hide(realloc(hide(malloc(sizes[from])), sizes[from] + sizes[from] / 16 + 1)));
			free_sized(p, sizes[from] + sizes[from] / 16 + 1);
			CHECK(p = hide(realloc(hide(malloc(sizes[from])), sizes[from] - sizes[from] / 16)));
			free_sized(p, sizes[from] - sizes[from] / 16);
		}
	}
	return 0;
}
