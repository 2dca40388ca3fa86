/* SPDX-License-Identifier: MIT */
/* hak-plain: counts misses, or blocks in caches */
/* hak-link: shared */
/* hakmem_stats_get(): allocated + cached + in_flight + slab_free = active at any moment. */
#include "check.h"
#include <hakmem.h>

static struct {
	void *p;
	size_t n;
} blocks[3000];

static void check(const char *when)
{
	struct hakmem_stats s;

	memset(&s, 0xff, sizeof(s));
	CHECK(hakmem_stats_get(&s, sizeof(s)) == sizeof(s));
	CHECK(s.allocated + s.cached + s.in_flight + s.slab_free == s.active,
	      "%s: %llu + %llu + %llu + %llu = %llu", when, (unsigned long long)s.allocated,
	      (unsigned long long)s.cached, (unsigned long long)s.in_flight, (unsigned long long)s.slab_free,
	      (unsigned long long)s.active);
	CHECK(s.active + s.dirty + s.lazy + s.clean == s.mapped, "%s: %llu + %llu + %llu + %llu = %llu", when,
	      (unsigned long long)s.active, (unsigned long long)s.dirty, (unsigned long long)s.lazy,
	      (unsigned long long)s.clean,
	      (unsigned long long)s.mapped);
	CHECK(s.active - s.holes + s.dirty + s.lazy + s.metadata == s.resident && s.holes <= s.active, "%s", when);
	CHECK(s.large <= s.allocated, "%s", when);
	CHECK(s.in_flight == 0, "%s: %llu, one thread", when, (unsigned long long)s.in_flight);
	CHECK(s.n_threads == 1 || (s.n_threads == 0 && s.allocated == 0), "%s: %llu threads", when,
	      (unsigned long long)s.n_threads);
	CHECK(s.n_errors == 0);
}

int main(int argc, char **argv)
{
	uint64_t random = arg(argc, argv, 1, 4);
	size_t i, k;

	check("at the start");
	for (i = 0; i < 60000; i++) {
		k = rnd(&random) % N_OF(blocks);
		free(blocks[k].p);
		blocks[k].p = NULL;
		if (rnd(&random) % 3) {
			blocks[k].n = rnd_size(&random, i % 64 ? 3000 : MIB(2));
			blocks[k].p = i % 5 ? malloc(blocks[k].n) : aligned_alloc(256, blocks[k].n);
			CHECK(blocks[k].p);
		}
		if (i % 100 == 0)
			check("amid");
	}
	for (k = 0; k < N_OF(blocks); k++)
		free(blocks[k].p);
	check("all freed");
	hakmem_trim(0);
	check("trimmed");
	return 0;
}
