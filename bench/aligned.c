/* SPDX-License-Identifier: MIT */
/*
 * aligned: blocks of random sizes and alignments come and go in a working set of slots. The sizes are
 * 16 B to 4 KiB, the alignments powers of two from 16 B to max_align, small ones more often: each
 * further power is half as likely. An operation is one posix_memalign or one free.
 */
#include "bench.h"

int main(int argc, char **argv)
{
	struct bench b;
	uint64_t n_cycles, rng, n_ops = 0;
	size_t n_slots, max_align;
	void **slots;

	bench_init(&b, "aligned", "[cycles ws seed max_align]", argc, argv);
	n_cycles = bench_num(&b, 1, 5000000, 1, UINT64_MAX);
	n_slots = bench_num(&b, 2, 1024, 1, UINT32_MAX);
	rng = bench_seed64(bench_num(&b, 3, 1, 0, UINT64_MAX));
	max_align = bench_num(&b, 4, 65536, 16, 1 << 30);
	bench_args_end(&b, 4);
	slots = bench_map(&b, n_slots * sizeof(*slots));

	bench_start(&b);
	for (uint64_t i = 0; i < n_cycles; i++) {
		uint64_t r = bench_rand64(&rng);
		size_t idx = (r >> 32) % n_slots;

		if (slots[idx]) {
			free(slots[idx]);
			slots[idx] = NULL;
		} else {
			size_t align = (size_t)16 << __builtin_ctz((unsigned)r | 0x80000000u);

			if (align > max_align)
				align = max_align;
			if (posix_memalign(&slots[idx], align, 16 + bench_below(&rng, 4081)))
				bench_die(&b, "out of memory");
			if ((uintptr_t)slots[idx] & (align - 1))
				bench_die(&b, "%p is not aligned to %zu", slots[idx], align);
			*(unsigned char *)slots[idx] = 1;
		}
		n_ops++;
	}
	for (size_t i = 0; i < n_slots; i++)
		free(slots[i]);
	bench_stop(&b);
	bench_report(&b, n_ops, "%s", "");
	return 0;
}
