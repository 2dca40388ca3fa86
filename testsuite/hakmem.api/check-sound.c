/* SPDX-License-Identifier: MIT */
/* hak-link: shared */
/* hakmem_check() finds no fault in a heap that was only used well, amid all kinds of use. */
#include "check.h"
#include <hakmem.h>

static void *blocks[3000];

int main(int argc, char **argv)
{
	uint64_t random = arg(argc, argv, 1, 31);
	size_t i, k;

	CHECK(hakmem_check() == 0);
	for (i = 0; i < 60000; i++) {
		k = rnd(&random) % N_OF(blocks);
		if (rnd(&random) % 4 == 0) {
			blocks[k] = realloc(blocks[k], rnd_size(&random, 40000));
			CHECK(blocks[k]);
		} else {
			free(blocks[k]);
			blocks[k] = i % 7 ? malloc(rnd_size(&random, i % 64 ? 3000 : MIB(1)))
					  : memalign(512, 300);
			CHECK(blocks[k]);
		}
		if (i % 500 == 0)
			CHECK(hakmem_check() == 0, "after %zu", i);
	}
	for (k = 0; k < N_OF(blocks); k++)
		free(blocks[k]);
	CHECK(hakmem_check() == 0);
	hakmem_trim(0);
	CHECK(hakmem_check() == 0);
	return 0;
}
