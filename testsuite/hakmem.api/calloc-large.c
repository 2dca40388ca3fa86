/* SPDX-License-Identifier: MIT */
/* hak-link: preload */
/* calloc() of mid and large blocks gives zeroes, also where dirtied blocks of other sizes lay. */
#include "check.h"

static unsigned char *blocks[12];

int main(int argc, char **argv)
{
	uint64_t random = arg(argc, argv, 1, 99);
	size_t round, j, n, right;

	for (round = 0; round < 25; round++) {
		for (j = 0; j < N_OF(blocks); j++) {
			n = 20000 + rnd(&random) % (round % 2 ? 300000 : 3000000);
			blocks[j] = round % 3 ? calloc(1, n) : calloc(n, 1);
			CHECK(blocks[j]);
			right = zeroed(blocks[j], n);
			CHECK(right == n, "byte %zu of %zu in round %zu", right, n, round);
			memset(blocks[j], 0x5a, n);
		}
		for (j = 0; j < N_OF(blocks); j++) {
			/* Some blocks come back through realloc, with their ends cut off. */
			if (j % 3 == 0)
				blocks[j] = realloc(blocks[j], 17000 + rnd(&random) % 3000);
			free(blocks[j]);
		}
	}
	return 0;
}
