/* SPDX-License-Identifier: MIT */
/*
 * live: many blocks alive at once. All are allocated, then one word of each is written (in the order
 * of allocation), then all are freed: in the same order (fifo), in reverse (lifo) or shuffled. Each of
 * the three phases is timed on its own; the shuffling is not timed. An operation is one block's whole
 * life.
 */
#include "bench.h"

static void shuffle(void **blocks, size_t n)
{
	uint64_t rng = bench_seed64(n);

	for (size_t i = n; i > 1; i--) {
		size_t k = bench_below(&rng, i);
		void *p = blocks[k];

		blocks[k] = blocks[i - 1];
		blocks[i - 1] = p;
	}
}

static void reverse(void **blocks, size_t n)
{
	for (size_t i = 0; i < n / 2; i++) {
		void *p = blocks[i];

		blocks[i] = blocks[n - 1 - i];
		blocks[n - 1 - i] = p;
	}
}

int main(int argc, char **argv)
{
	struct bench b;
	size_t n_blocks, size, n_rounds;
	const char *order;
	void **blocks;
	uint64_t phase[3] = { 0, 0, 0 }, n_all;
	double per;

	bench_init(&b, "live", "[blocks size fifo|lifo|shuffle [rounds]]", argc, argv);
	n_blocks = bench_num(&b, 1, 1000000, 1, UINT32_MAX);
	size = bench_num(&b, 2, 64, sizeof(size_t), SIZE_MAX / 2);
	order = bench_word(&b, 3, "shuffle");
	n_rounds = bench_num(&b, 4, 1, 1, UINT32_MAX);
	bench_args_end(&b, 4);
	if (strcmp(order, "fifo") != 0 && strcmp(order, "lifo") != 0 && strcmp(order, "shuffle") != 0)
		bench_usage(&b);
	blocks = bench_map(&b, n_blocks * sizeof(*blocks));

	for (size_t r = 0; r < n_rounds; r++) {
		bench_start(&b);
		for (size_t i = 0; i < n_blocks; i++) {
			blocks[i] = malloc(size);
			if (!blocks[i])
				bench_die(&b, "out of memory");
		}
		phase[0] += bench_pause(&b);

		bench_start(&b);
		for (size_t i = 0; i < n_blocks; i++)
			*(volatile size_t *)blocks[i] = i;
		phase[1] += bench_pause(&b);

		if (order[0] == 's')
			shuffle(blocks, n_blocks);
		else if (order[0] == 'l')
			reverse(blocks, n_blocks);

		bench_start(&b);
		for (size_t i = 0; i < n_blocks; i++)
			free(blocks[i]);
		phase[2] += bench_pause(&b);
	}
	bench_end(&b);
	n_all = (uint64_t)n_blocks * n_rounds;
	per = 1 / (double)n_all;
	bench_report(&b, n_all, ",\"blocks\":%zu,\"size\":%zu,\"alloc_ns\":%.3f,\"touch_ns\":%.3f,\"free_ns\":%.3f",
		     n_blocks, size, (double)phase[0] * per, (double)phase[1] * per, (double)phase[2] * per);
	printf("live: alloc %.2f + touch %.2f + free %.2f ns a block\n", (double)phase[0] * per,
	       (double)phase[1] * per, (double)phase[2] * per);
	return 0;
}
