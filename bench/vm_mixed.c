/* SPDX-License-Identifier: MIT */
/*
 * vm_mixed: large blocks come and go in a working set of slots; one byte of each OS page of a block
 * is written. With --log the sizes are spread log-uniformly from 16 B to 4 MiB.
 */
#include "bench.h"
#include <math.h>

enum { n_log_sizes = 4096 };

static size_t log_sizes[n_log_sizes];

int main(int argc, char **argv)
{
	struct bench b;
	uint64_t n_cycles, n_touched = 0;
	size_t n_slots, min, max, os_page = (size_t)sysconf(_SC_PAGESIZE);
	uint32_t rng;
	bool is_log;
	unsigned char **slots;

	bench_init(&b, "vm_mixed", "[--log] [cycles ws seed [min max]]", argc, argv);
	is_log = bench_flag(&b, "--log");
	n_cycles = bench_num(&b, 1, 20000, 1, UINT64_MAX);
	n_slots = bench_num(&b, 2, 64, 1, UINT32_MAX);
	rng = (uint32_t)bench_num(&b, 3, 12345, 1, UINT32_MAX);
	min = bench_num(&b, 4, 524288, 1, UINT32_MAX / 2);
	max = bench_num(&b, 5, 2097151, min, UINT32_MAX / 2);
	bench_args_end(&b, 5);
	slots = bench_map(&b, n_slots * sizeof(*slots));
	for (int i = 0; i < n_log_sizes; i++)
		log_sizes[i] = (size_t)exp2(4 + 18.0 * i / (n_log_sizes - 1));

	bench_start(&b);
	for (uint64_t i = 0; i < n_cycles; i++) {
		uint32_t r = bench_rand32(&rng);
		size_t idx = r % n_slots;

		if (slots[idx]) {
			free(slots[idx]);
			slots[idx] = NULL;
		} else {
			size_t size = is_log ? log_sizes[bench_rand32(&rng) % n_log_sizes] :
					min + r % (max - min + 1);
			unsigned char *p = malloc(size);

			if (!p)
				bench_die(&b, "out of memory");
			for (size_t at = 0; at < size; at += os_page)
				p[at] = (unsigned char)r;
			n_touched += (size + os_page - 1) / os_page;
			slots[idx] = p;
		}
	}
	for (size_t i = 0; i < n_slots; i++)
		free(slots[i]);
	bench_stop(&b);
	bench_report(&b, n_cycles, ",\"os_pages_touched\":%" PRIu64, n_touched);
	return 0;
}
