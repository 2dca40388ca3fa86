/* SPDX-License-Identifier: MIT */
/*
 * tiny_hot: blocks of one size, a batch allocated, then freed in reverse order, again and again:
 * the hit path and nothing else. An operation is one malloc or one free.
 */
#include "bench.h"

int main(int argc, char **argv)
{
	struct bench b;
	size_t size, n_batch;
	uint64_t n_cycles;
	void **blocks;

	bench_init(&b, "tiny_hot", "[size batch cycles]", argc, argv);
	size = bench_num(&b, 1, 64, 1, SIZE_MAX / 2);
	n_batch = bench_num(&b, 2, 100, 1, UINT32_MAX);
	n_cycles = bench_num(&b, 3, 100000, 1, UINT32_MAX);
	bench_args_end(&b, 3);
	blocks = bench_map(&b, n_batch * sizeof(*blocks));

	bench_start(&b);
	for (uint64_t c = 0; c < n_cycles; c++) {
		for (size_t i = 0; i < n_batch; i++) {
			blocks[i] = malloc(size);
			if (!blocks[i])
				bench_die(&b, "out of memory");
		}
		for (size_t i = n_batch; i-- > 0;)
			free(blocks[i]);
	}
	bench_stop(&b);
	bench_report(&b, 2 * n_batch * n_cycles, ",\"size\":%zu", size);
	return 0;
}
