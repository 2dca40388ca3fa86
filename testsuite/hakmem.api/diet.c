/* SPDX-License-Identifier: MIT */
/* hak-link: shared */
/* diet switched on and off while blocks live: nothing is lost, and it holds less free memory. */
#include "check.h"
#include <hakmem.h>

#define N 50000
static void *blocks[N];

static uint64_t held(const char *diet)
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
	CHECK(hakmem_check() == 0);
	CHECK(hakmem_stats_get(&s, sizeof(s)));
	return s.cached + s.dirty;
}

int main(void)
{
	uint64_t lean, fat;

	CHECK(hakmem_option_set("purge_delay", "-1") == 0);
	fat = held("false");
	lean = held("true");
	CHECK(lean < fat, "%llu with diet, %llu without", (unsigned long long)lean, (unsigned long long)fat);
	return 0;
}
