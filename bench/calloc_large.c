/* SPDX-License-Identifier: MIT */
/*
 * calloc_large: zeroed blocks of 64 KiB to 16 MiB come and go in a working set of slots; of each, one
 * byte in 16 OS pages is read (and must be 0) and written. What clears memory that is fresh from the
 * kernel, or never gives it back, shows here. An operation is one calloc or one free.
 */
#include "bench.h"

int main(int argc, char **argv)
{
	struct bench b;
	uint64_t n_cycles, seed, n_ops = 0;
	size_t n_slots, min, max, os_page = (size_t)sysconf(_SC_PAGESIZE);
	unsigned char **slots;

	bench_init(&b, "calloc_large", "[cycles ws seed [min max]]", argc, argv);
	n_cycles = bench_num(&b, 1, 5000, 1, UINT64_MAX);
	n_slots = bench_num(&b, 2, 16, 1, UINT32_MAX);
	seed = bench_seed64(bench_num(&b, 3, 1, 0, UINT64_MAX));
	min = bench_num(&b, 4, 65536, 1, UINT32_MAX);
	max = bench_num(&b, 5, 16 << 20, min, UINT32_MAX);
	bench_args_end(&b, 5);
	slots = bench_map(&b, n_slots * sizeof(*slots));

	bench_start(&b);
	for (uint64_t i = 0; i < n_cycles; i++) {
		size_t idx = bench_below(&seed, n_slots);
		size_t size = min + bench_below(&seed, max - min + 1);
		unsigned char *p;

		if (slots[idx]) {
			free(slots[idx]);
			n_ops++;
		}
		p = calloc(1, size);
		if (!p)
			bench_die(&b, "out of memory");
		n_ops++;
		for (size_t at = bench_below(&seed, os_page); at < size; at += 16 * os_page) {
			if (p[at])
				bench_die(&b, "calloc gave a byte that is not 0");
			p[at] = 1;
		}
		slots[idx] = p;
	}
	for (size_t i = 0; i < n_slots; i++) {
		n_ops += slots[i] != NULL;
		free(slots[i]);
	}
	bench_stop(&b);
	bench_report(&b, n_ops, "%s", "");
	return 0;
}
