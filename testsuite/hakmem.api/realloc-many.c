/* SPDX-License-Identifier: MIT */
/* hak-link: preload */
/* A thousand blocks resized at random among each other keep their contents. */
#include "check.h"

static struct {
	unsigned char *p;
	size_t n;
} blocks[1000];

int main(int argc, char **argv)
{
	uint64_t random = arg(argc, argv, 1, 12345);
	size_t i, round, right;

	for (round = 0; round < 40000; round++) {
		size_t k = rnd(&random) % N_OF(blocks), n = rnd_size(&random, round % 50 ? 5000 : 600000);
		size_t both = blocks[k].n < n ? blocks[k].n : n;

		blocks[k].p = realloc(blocks[k].p, n);
		CHECK(blocks[k].p);
		right = filled(blocks[k].p, both, k);
		CHECK(right == both, "round %zu: from %zu to %zu: byte %zu", round, blocks[k].n, n, right);
		fill(blocks[k].p, n, k);
		blocks[k].n = n;
	}
	for (i = 0; i < N_OF(blocks); i++) {
		CHECK(filled(blocks[i].p, blocks[i].n, i) == blocks[i].n);
		free(blocks[i].p);
	}
	return 0;
}
