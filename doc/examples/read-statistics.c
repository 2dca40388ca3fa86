/* SPDX-License-Identifier: MIT */
/*
 * Read the statistics: what the heap holds, by figures and by size classes, and all of it as JSON.
 *
 *   cc read-statistics.c $(pkg-config --cflags --libs hakmem) -o read-statistics
 *   ./read-statistics
 */
#include <hakmem.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#define N_BLOCKS 1000

static void print_heap(const char *when)
{
	struct hakmem_stats stats;

	hakmem_stats_get(&stats, sizeof stats);
	printf("%s: %" PRIu64 " bytes allocated, %" PRIu64 " in caches, %" PRIu64 " mapped\n", when,
		stats.allocated, stats.cached, stats.mapped);
}

static void print_classes(void)
{
	struct hakmem_class_stats class;

	for (unsigned i = 0; hakmem_class_stats_get(i, &class, sizeof class) > 0; i++)
		if (class.n_live > 0)
			printf("%8" PRIu64 " bytes: %" PRIu64 " blocks\n", class.size, class.n_live);
}

int main(void)
{
	void *blocks[N_BLOCKS];

	print_heap("at the start");
	for (int i = 0; i < N_BLOCKS; i++)
		blocks[i] = hakmem_malloc(i % 2 != 0 ? 100 : 5000);
	print_heap("with the blocks");
	print_classes();
	fflush(stdout);
	if (hakmem_stats_write(STDOUT_FILENO, HAKMEM_JSON) != 0) {
		perror("hakmem_stats_write");
		return EXIT_FAILURE;
	}
	for (int i = 0; i < N_BLOCKS; i++)
		hakmem_free(blocks[i]);
	print_heap("at the end");
	return EXIT_SUCCESS;
}
