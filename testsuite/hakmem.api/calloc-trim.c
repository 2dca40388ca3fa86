/* SPDX-License-Identifier: MIT */
/* hak-link: preload */
/* calloc() gives zeroes where memory was given back to the system and came again. */
#include "check.h"

static unsigned char *blocks[20000];

int main(void)
{
	static const size_t sizes[] = { 48, 500, 2000, 9000, 60000, 400000, 3000000 };
	size_t s, i, n, right;

	for (s = 0; s < 2 * N_OF(sizes); s++) {
		size_t size = sizes[s % N_OF(sizes)];

		n = MIB(24) / size < N_OF(blocks) ? MIB(24) / size : N_OF(blocks);
		for (i = 0; i < n; i++) {
			blocks[i] = calloc(1, size);
			CHECK(blocks[i]);
			right = zeroed(blocks[i], size);
			CHECK(right == size, "byte %zu of %zu", right, size);
			memset(blocks[i], 0xff, size);
		}
		for (i = 0; i < n; i++)
			free(blocks[i]);
		malloc_trim(0);
	}
	return 0;
}
