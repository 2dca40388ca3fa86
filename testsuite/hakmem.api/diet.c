/* SPDX-License-Identifier: MIT */
/* hak-plain: counts misses, or blocks in caches */
/* hak-link: shared */
/* diet switched on and off while blocks live: nothing is lost, caches are small, purging is prompt. */
#include "check.h"
#include <hakmem.h>

#define N 50000
static void *blocks[N];

static struct hakmem_stats after_use(const char *diet)
{
	struct hakmem_stats s;
	size_t i;

	CHECK(hakmem_option_set("diet", diet) == 0);
	for (i = 0; i < N; i++) {
		blocks[i] = malloc(i % 1000 + 1);
		CHECK(blocks[i]);
		fill(blocks[i], i % 1000 + 1, i);
		if (i % 5000 == 2500)
			CHECK(hakmem_option_set("diet", i % 10000 == 2500 ? "true" : "false") == 0);
	}
	CHECK(hakmem_option_set("diet", diet) == 0);
	for (i = 0; i < N; i++) {
		CHECK(filled(blocks[i], i % 1000 + 1, i) == i % 1000 + 1);
		free(blocks[i]);
	}
	CHECK(hakmem_stats_get(&s, sizeof(s)));
	CHECK(hakmem_check() == 0); /* last: it empties the caches */
	return s;
}

int main(void)
{
	uint64_t dirty, fat = after_use("false").cached, lean;
	struct hakmem_stats s;
	unsigned tries;
	size_t i;

	/* Prompt purging, here within 5 s of little activity, far from a figure to rely on. */
	s = after_use("true");
	lean = s.cached;
	CHECK(lean < fat, "%llu cached with diet, %llu without", (unsigned long long)lean,
	      (unsigned long long)fat);
	dirty = s.dirty;
	for (tries = 0; tries < 100 && s.dirty > dirty / 2; tries++) {
		usleep(50000);
		for (i = 0; i < 300; i++)
			blocks[i] = malloc(100);
		for (i = 0; i < 300; i++)
			free(blocks[i]);
		CHECK(hakmem_stats_get(&s, sizeof(s)));
	}
	CHECK(s.dirty <= dirty / 2, "%llu dirty at first, still %llu", (unsigned long long)dirty,
	      (unsigned long long)s.dirty);
	return 0;
}
