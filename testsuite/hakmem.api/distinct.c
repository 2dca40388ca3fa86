/* SPDX-License-Identifier: MIT */
/* hak-link: preload */
/* No two live blocks overlap, whatever was freed before: addresses sorted and compared. */
#include "check.h"

#define N 60000

struct block {
	unsigned char *p;
	size_t n;
};
static struct block blocks[N], sorted[N];

static int by_address(const void *a, const void *b)
{
	const struct block *x = a, *y = b;

	return x->p < y->p ? -1 : x->p > y->p;
}

int main(int argc, char **argv)
{
	uint64_t random = arg(argc, argv, 1, 7);
	size_t i, round;

	for (round = 0; round < 6; round++) {
		for (i = 0; i < N; i++) {
			if (blocks[i].p)
				continue;
			blocks[i].n = rnd_size(&random, i % 100 ? 2000 : 100000);
			blocks[i].p = malloc(blocks[i].n);
			CHECK(blocks[i].p);
			blocks[i].n = malloc_usable_size(blocks[i].p);
		}
		memcpy(sorted, blocks, sizeof(blocks));
		qsort(sorted, N, sizeof(sorted[0]), by_address);
		for (i = 1; i < N; i++)
			CHECK(sorted[i - 1].p + sorted[i - 1].n <= sorted[i].p, "%p+%zu and %p",
			      (void *)sorted[i - 1].p, sorted[i - 1].n, (void *)sorted[i].p);
		for (i = 0; i < N; i++) {
			if (rnd(&random) % 3 == 0)
				continue;
			free(blocks[i].p);
			blocks[i].p = NULL;
		}
	}
	return 0;
}
