/* SPDX-License-Identifier: MIT */
/* hak-plain: expects sizes of classes */
/* hak-link: shared */
/* hakmem_stats_get(): allocated is, to the byte, the usable sizes of the blocks that live. */
#include "check.h"
#include <hakmem.h>

static void *blocks[4000];

int main(int argc, char **argv)
{
	uint64_t random = arg(argc, argv, 1, 4);
	struct hakmem_stats before, s;
	size_t i, k, sum = 0, n_large = 0;

	CHECK(hakmem_stats_get(&before, sizeof(before)));
	for (i = 0; i < 50000; i++) {
		k = rnd(&random) % N_OF(blocks);
		sum -= malloc_usable_size(blocks[k]);
		free(blocks[k]);
		blocks[k] = malloc(rnd_size(&random, i % 64 ? 3000 : 100000));
		CHECK(blocks[k]);
		sum += malloc_usable_size(blocks[k]);
		if (i % 50)
			continue;
		CHECK(hakmem_stats_get(&s, sizeof(s)));
		CHECK(s.allocated == before.allocated + sum, "%llu, not %llu + %zu",
		      (unsigned long long)s.allocated, (unsigned long long)before.allocated, sum);
	}
	for (k = 0; k < N_OF(blocks); k++) {
		free(blocks[k]);
		blocks[k] = NULL;
	}
	for (k = 0; k < 20; k++, n_large++) {
		blocks[k] = malloc(MIB(5) + k * 5000);
		CHECK(blocks[k]);
	}
	CHECK(hakmem_stats_get(&s, sizeof(s)));
	CHECK(s.n_large == before.n_large + n_large);
	CHECK(s.large >= before.large + n_large * MIB(5));
	for (k = 0; k < 20; k++)
		free(blocks[k]);
	CHECK(hakmem_stats_get(&s, sizeof(s)));
	CHECK(s.allocated == before.allocated && s.n_large == before.n_large);
	return 0;
}
