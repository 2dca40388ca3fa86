/* SPDX-License-Identifier: MIT */
/*
 * rss_after: what stays resident when the peak has gone. Blocks of three sizes are allocated, written
 * and freed, all of them or all but each keep-th; then the program idles, then allocates a little now
 * and then, then calls malloc_trim(0). The resident memory is reported after each step; the main
 * figure (rss_kib) is the one after the light activity. An operation is one block; the time is that of
 * allocating and freeing.
 */
#include "bench.h"
#include <malloc.h>

static void pause_ms(uint64_t ms)
{
	struct timespec t = { (time_t)(ms / 1000), (long)(ms % 1000) * 1000000 };

	nanosleep(&t, NULL);
}

int main(int argc, char **argv)
{
	static const size_t sizes[] = { 700, 1400, 2100 };
	struct bench b;
	size_t n_blocks, n_keep;
	uint64_t idle_ms, full, freed, idle, active, trimmed;
	unsigned char **blocks;

	bench_init(&b, "rss_after", "[blocks keep idle_ms]", argc, argv);
	n_blocks = bench_num(&b, 1, 300000, 1, UINT32_MAX);
	n_keep = bench_num(&b, 2, 0, 0, UINT32_MAX);
	idle_ms = bench_num(&b, 3, 2000, 0, 86400000);
	bench_args_end(&b, 3);
	blocks = bench_map(&b, n_blocks * sizeof(*blocks));

	bench_start(&b);
	for (size_t i = 0; i < n_blocks; i++) {
		blocks[i] = malloc(sizes[i % 3]);
		if (!blocks[i])
			bench_die(&b, "out of memory");
		memset(blocks[i], 1, sizes[i % 3]);
	}
	bench_pause(&b);
	full = bench_rss_kib();
	bench_start(&b);
	for (size_t i = 0; i < n_blocks; i++)
		if (!n_keep || i % n_keep)
			free(blocks[i]);
	bench_stop(&b);
	freed = b.rss_kib;

	pause_ms(idle_ms);
	idle = bench_rss_kib();
	for (uint64_t i = 0; i < 100; i++) {
		void *p = malloc(16 + 37 * i);

		bench_keep(p);
		free(p);
		pause_ms(idle_ms / 200);
	}
	active = bench_rss_kib();
	malloc_trim(0);
	trimmed = bench_rss_kib();
	b.rss_kib = active;
	bench_report(&b, n_blocks, ",\"rss_full_kib\":%" PRIu64 ",\"rss_freed_kib\":%" PRIu64 ",\"rss_idle_kib\":%"
		     PRIu64 ",\"rss_active_kib\":%" PRIu64 ",\"rss_trimmed_kib\":%" PRIu64, full, freed, idle, active,
		     trimmed);
	printf("rss_after: MiB full %.1f, freed %.1f, idle %.1f, active %.1f, trimmed %.1f\n", (double)full / 1024,
	       (double)freed / 1024, (double)idle / 1024, (double)active / 1024, (double)trimmed / 1024);
	return 0;
}
