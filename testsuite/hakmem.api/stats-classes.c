/* SPDX-License-Identifier: MIT */
/* hak-plain: counts misses, or blocks in caches */
/* hak-link: shared */
/* hakmem_class_stats_get(): classes in rising order, sums that fit the whole, an end to the loop. */
#include "check.h"
#include <hakmem.h>

static void *blocks[1000];

static struct hakmem_class_stats of_size(size_t n)
{
	struct hakmem_class_stats c;
	unsigned i;

	for (i = 0; hakmem_class_stats_get(i, &c, sizeof(c)); i++)
		if (c.size == n)
			return c;
	CHECK(0, "no class of %zu bytes", n);
	return c;
}

int main(void)
{
	struct hakmem_class_stats c, last = { 0 }, before, after;
	struct hakmem_stats s;
	uint64_t live = 0, cached = 0, in_flight = 0;
	unsigned i;

	for (i = 0; hakmem_class_stats_get(i, &c, sizeof(c)); i++) {
		CHECK(i < 10000);
		CHECK(c.size > last.size, "class %u: %llu after %llu", i, (unsigned long long)c.size,
		      (unsigned long long)last.size);
		last = c;
		live += c.size * c.n_live;
		cached += c.size * c.n_cached;
		in_flight += c.size * c.n_in_flight;
	}
	CHECK(i > 10, "%u classes", i);
	CHECK(hakmem_class_stats_get(i, &c, sizeof(c)) == 0);
	CHECK(hakmem_class_stats_get(UINT32_MAX, &c, sizeof(c)) == 0);
	CHECK(hakmem_stats_get(&s, sizeof(s)));
	CHECK(live <= s.allocated);
	CHECK(cached == s.cached, "%llu and %llu", (unsigned long long)cached, (unsigned long long)s.cached);
	CHECK(in_flight == s.in_flight);

	before = of_size(64);
	for (i = 0; i < N_OF(blocks); i++) {
		blocks[i] = malloc(64);
		CHECK(blocks[i]);
	}
	after = of_size(64);
	CHECK(after.n_live == before.n_live + N_OF(blocks), "%llu", (unsigned long long)after.n_live);
	CHECK(after.n_slabs > 0);
	for (i = 0; i < N_OF(blocks); i++)
		free(blocks[i]);
	after = of_size(64);
	CHECK(after.n_live == before.n_live, "%llu", (unsigned long long)after.n_live);
	return 0;
}
