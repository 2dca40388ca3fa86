/* SPDX-License-Identifier: MIT */
/* hak-plain: counts misses, or blocks in caches */
/* hak-link: shared */
/* hak-conf: cache_cap:0 */
/* cache_cap holds for the classes of blocks that are taken before any constructor has run. */
#include "early.h"
#include <hakmem.h>

static void *blocks[200];

static void early(void)
{
	size_t i;

	for (i = 0; i < N_OF(blocks); i++)
		CHECK(blocks[i] = malloc(64));
	for (i = 0; i < N_OF(blocks) * 3 / 4; i++)
		free(blocks[i]);
}

int main(void)
{
	struct hakmem_stats stats;

	check_early();
	CHECK(hakmem_stats_get(&stats, sizeof(stats)) == sizeof(stats));
	CHECK(stats.cached == 0, "%llu bytes are cached", (unsigned long long)stats.cached);
	return 0;
}
