/* SPDX-License-Identifier: MIT */
/* hak-plain: expects that free blocks are not touched, and reused as they are */
/* hak-link: preload */
/* malloc() writes nothing into the block it hands out: freed contents come back as they were. */
/* hak-conf: purge_delay:-1 */
#include "check.h"

#define N 3000

static unsigned char *blocks[N];

int main(void)
{
	static const size_t sizes[] = { 16, 48, 64, 256, 1024 };
	size_t s, i, n_known = 0, k;

	for (s = 0; s < N_OF(sizes); s++) {
		size_t size = sizes[s];

		for (i = 0; i < N; i++) {
			blocks[i] = malloc(size);
			CHECK(blocks[i]);
			memset(blocks[i], 0x5c, size);
		}
		for (i = 0; i < N; i++)
			free(blocks[i]);
		for (i = 0; i < N; i++) {
			blocks[i] = malloc(size);
			CHECK(blocks[i]);
			/* Reused memory is all ours, or, where it is fresh, all zero. */
			for (k = 1; k < size; k++)
				CHECK(blocks[i][k] == blocks[i][0], "byte %zu of a block of %zu", k, size);
			CHECK(blocks[i][0] == 0x5c || blocks[i][0] == 0);
			n_known += blocks[i][0] == 0x5c;
		}
		for (i = 0; i < N; i++)
			free(blocks[i]);
	}
	CHECK(n_known > N, "no memory was reused: the test saw nothing");
	return 0;
}
