/* SPDX-License-Identifier: MIT */
/* hak-link: preload */
/* calloc() gives zeroes: at every size, from fresh memory and from memory used before. */
#include "check.h"

static unsigned char *blocks[64];

int main(void)
{
	size_t n, j, k, right;

	for (n = 1; n <= 20000; n += n < 1200 ? 1 : 61) {
		k = n < 3000 ? N_OF(blocks) : 8;
		/* The second and third round get what the first one dirtied. */
		for (unsigned round = 0; round < 3; round++) {
			for (j = 0; j < k; j++) {
				blocks[j] = calloc(1, n);
				CHECK(blocks[j]);
				right = zeroed(blocks[j], n);
				CHECK(right == n, "byte %zu of %zu in round %u", right, n, round);
				memset(blocks[j], 0xa5, malloc_usable_size(blocks[j]));
			}
			for (j = 0; j < k; j++)
				free(blocks[j]);
		}
	}
	return 0;
}
