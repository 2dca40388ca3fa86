/* SPDX-License-Identifier: MIT */
/*
 * random_mixed: small blocks of random sizes come and go in a working set of slots, one thread.
 * One random number a cycle picks a slot: an occupied one is freed, an empty one filled. With a ws
 * that is a multiple of 1024 each slot always gets the same size, unless --independent draws the
 * size on its own.
 */
#include "bench.h"

static size_t clamp_size(size_t size, size_t min, size_t max)
{
	return size < min ? min : size > max ? max : size;
}

int main(int argc, char **argv)
{
	struct bench b;
	uint64_t n_cycles;
	size_t n_slots, min, max;
	uint32_t rng;
	bool is_independent;
	unsigned char **slots;

	bench_init(&b, "random_mixed", "[--independent] [cycles ws seed [min max]]", argc, argv);
	is_independent = bench_flag(&b, "--independent");
	n_cycles = bench_num(&b, 1, 10000000, 1, UINT64_MAX);
	n_slots = bench_num(&b, 2, 8192, 1, UINT32_MAX);
	rng = (uint32_t)bench_num(&b, 3, 1234567, 1, UINT32_MAX);
	min = bench_num(&b, 4, 0, 0, SIZE_MAX / 2);
	max = bench_num(&b, 5, SIZE_MAX / 2, min, SIZE_MAX / 2);
	bench_args_end(&b, 5);
	slots = bench_map(&b, n_slots * sizeof(*slots));

	bench_start(&b);
	for (uint64_t i = 0; i < n_cycles; i++) {
		uint32_t r = bench_rand32(&rng);
		size_t idx = r % n_slots;

		if (slots[idx]) {
			free(slots[idx]);
			slots[idx] = NULL;
		} else {
			uint32_t bits = is_independent ? bench_rand32(&rng) : r;
			unsigned char *p = malloc(clamp_size(16 + (bits & 0x3ff), min, max));

			if (!p)
				bench_die(&b, "out of memory");
			*p = (unsigned char)r;
			slots[idx] = p;
		}
	}
	for (size_t i = 0; i < n_slots; i++)
		free(slots[i]);
	bench_stop(&b);
	bench_report(&b, n_cycles, ",\"ws\":%zu", n_slots);
	return 0;
}
