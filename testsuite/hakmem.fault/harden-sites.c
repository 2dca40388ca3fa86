/* SPDX-License-Identifier: MIT */
/* hak-link: shared */
/* hak-conf: profile:hardened,prof:true,prof_interval:1,prof_memory:1M */
/* hak-opt: -O2 */
/* A heap profile of a hardened process, which knows sizes to the byte, does not run out of sites because of them. */
#include "check.h"
#include <hakmem.h>

int main(void)
{
	struct hakmem_stats stats;

	for (size_t i = 0; i < 20000; i++)
		free(hide(malloc(i % 2 ? 70000 + i * 7 : i)));
	CHECK(hide(malloc(100000)) != NULL);
	CHECK(hakmem_stats_get(&stats, sizeof stats) == sizeof stats);
	CHECK(stats.n_lost == 0, "%llu samples lost", (unsigned long long)stats.n_lost);
	CHECK(stats.n_samples > 0);
	return 0;
}
