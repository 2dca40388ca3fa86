/* SPDX-License-Identifier: MIT */
/*
 * Give memory back: what a server does when it has nothing to do for a while.
 *
 *   cc give-back.c $(pkg-config --cflags --libs hakmem) -o give-back
 *   ./give-back
 */
#include <hakmem.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define N_BLOCKS 200
#define SIZE ((size_t)100000)

static uint64_t bytes_dirty(void)
{
	struct hakmem_stats stats;

	hakmem_stats_get(&stats, sizeof stats);
	return stats.dirty;
}

int main(void)
{
	static void *blocks[N_BLOCKS];
	char value[16];
	uint64_t before;
	size_t n_given;

	/* Keep free memory until told otherwise. */
	if (hakmem_option_set("purge_delay", "-1") != 0)
		return EXIT_FAILURE;
	hakmem_option_get("purge_delay", value, sizeof value);
	printf("purge_delay is %s\n", value);

	for (int i = 0; i < N_BLOCKS; i++) {
		blocks[i] = hakmem_malloc(SIZE);
		if (blocks[i] == NULL)
			return EXIT_FAILURE;
		memset(blocks[i], 1, SIZE);
	}
	for (int i = 0; i < N_BLOCKS; i++)
		hakmem_free(blocks[i]);

	before = bytes_dirty();
	n_given = hakmem_trim(0);
	printf("%" PRIu64 " bytes free but resident; %zu given back; %" PRIu64 " left\n", before, n_given,
		bytes_dirty());
	return EXIT_SUCCESS;
}
