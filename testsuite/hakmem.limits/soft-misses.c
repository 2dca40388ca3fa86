/* SPDX-License-Identifier: MIT */
/* hak-plain: counts misses, or blocks in caches */
/* hak-link: shared */
/* hak-conf: limit_soft:64M,purge_delay:-1 */
/* The misses of the program see to limit_soft, even where free memory would otherwise stay for ever. */
#include "container.h"

int main(void)
{
	double start;

	free_much(MIB(200));
	for (start = now(); stats_now().dirty > MIB(64) && now() - start < 20;)
		free_much(KIB(300));
	CHECK(stats_now().dirty <= MIB(64), "%zu dirty", (size_t)stats_now().dirty);
	CHECK(stats_now().n_pressed > 0);
	free_much(MIB(30));
	CHECK(stats_now().dirty > MIB(20), "%zu: purged below the limit", (size_t)stats_now().dirty);
	return 0;
}
