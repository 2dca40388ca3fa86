/* SPDX-License-Identifier: MIT */
/* hak-plain: slabs have no huge pages */
/* Blocks that are freed in no order leave no huge page empty before the last ones: none is broken up meanwhile, so the
 * next round finds its memory with few faults. */
#include <sys/resource.h>

#include "check.h"
#include "thp.h"

#define SIZE ((size_t)64)
#define N (MIB(64) / SIZE)

static char *blocks[N];

static void round_of_blocks(uint64_t *random)
{
	size_t i;

	for (i = 0; i < N; i++) {
		blocks[i] = malloc(SIZE);
		CHECK(blocks[i]);
		blocks[i][0] = 1;
	}
	for (i = N - 1; i > 0; i--) {
		size_t k = rnd(random) % (i + 1);
		char *p = blocks[i];

		blocks[i] = blocks[k];
		blocks[k] = p;
	}
	for (i = 0; i < N; i++)
		free(blocks[i]);
}

static long n_faults(void)
{
	struct rusage usage;

	CHECK(getrusage(RUSAGE_SELF, &usage) == 0);
	return usage.ru_minflt;
}

int main(void)
{
	uint64_t random = 1;
	long n;

	need_huge_pages();
	memset(blocks, 0, sizeof blocks);
	round_of_blocks(&random);
	n = n_faults();
	round_of_blocks(&random);
	round_of_blocks(&random);
	n = n_faults() - n;
	CHECK(n < 2000, "%ld faults", n);
	return 0;
}
