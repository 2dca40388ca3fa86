/* SPDX-License-Identifier: MIT */
/*
 * Set a limit: a program that caches what it can, and makes do with less where there is no more.
 *
 *   cc set-a-limit.c $(pkg-config --cflags --libs hakmem) -o set-a-limit
 *   ./set-a-limit
 */
#include <errno.h>
#include <hakmem.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define N_BLOCKS 100
#define SIZE ((size_t)1000000)

int main(void)
{
	static void *blocks[N_BLOCKS];
	struct hakmem_stats stats;
	int n = 0;

	/* Or, for any program: HAKMEM_CONF=limit_hard:64M; or per cent of the container: limit_hard:80% */
	if (hakmem_option_set("limit_hard", "64M") != 0)
		return EXIT_FAILURE;

	while (n < N_BLOCKS && (blocks[n] = hakmem_malloc(SIZE)) != NULL)
		memset(blocks[n++], 1, SIZE);
	if (n == N_BLOCKS || errno != ENOMEM)
		return EXIT_FAILURE;
	hakmem_stats_get(&stats, sizeof stats);
	printf("%d blocks of a million bytes under a limit of %" PRIu64 "; %" PRIu64 " bytes held\n", n, stats.limit_hard,
		stats.held);

	/* There is no more: drop something, and try again. */
	hakmem_free(blocks[--n]);
	blocks[n] = hakmem_malloc(SIZE);
	puts(blocks[n] != NULL ? "one went, one came" : "still nothing");
	while (n >= 0)
		hakmem_free(blocks[n--]);
	return EXIT_SUCCESS;
}
