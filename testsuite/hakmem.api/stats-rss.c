/* SPDX-License-Identifier: MIT */
/* hak-link: shared */
/* hak-conf: purge_thread:off */
/* hak-skip-unless: test -z "$HAK_EMULATOR" # which has memory of its own */
/* The statistics agree with /proc/self/smaps_rollup: RSS grows and falls by what they say. */
#include "check.h"
#include <hakmem.h>

#define N 30000
static void *blocks[N];

static struct hakmem_stats get(void)
{
	struct hakmem_stats s;

	CHECK(hakmem_stats_get(&s, sizeof(s)) == sizeof(s));
	return s;
}

int main(int argc, char **argv)
{
	uint64_t random = arg(argc, argv, 1, 8);
	struct hakmem_stats a = get(), b, c;
	size_t rss_a = rss(), rss_b, rss_c, i, resident, slack = MIB(3);

	for (i = 0; i < N; i++) {
		size_t n = i % 300 ? 1000 + rnd(&random) % 3000 : 500000;

		blocks[i] = malloc(n);
		CHECK(blocks[i]);
		memset(blocks[i], 1, malloc_usable_size(blocks[i]));
	}
	b = get();
	rss_b = rss();
	/* All that lives was written, so it is resident; nothing beyond the heap and its tables can be. */
	CHECK(rss_b - rss_a + slack >= b.allocated - a.allocated, "RSS +%zu, allocated +%llu", rss_b - rss_a,
	      (unsigned long long)(b.allocated - a.allocated));
	resident = b.active + b.dirty + b.metadata - a.allocated;
	CHECK(rss_b - rss_a <= resident + slack, "RSS +%zu, active, dirty and metadata %zu", rss_b - rss_a,
	      resident);
	for (i = 0; i < N; i++)
		free(blocks[i]);
	c = get();
	rss_c = rss();
	resident = c.active + c.dirty + c.metadata;
	CHECK(rss_c <= rss_a + resident + slack, "RSS %zu at first, then %zu; the heap can hold %zu", rss_a,
	      rss_c, resident);
	/* The library may have a thread of its own by now, for which libc has a few blocks. */
	CHECK(c.allocated <= a.allocated + 8192, "%llu still allocated", (unsigned long long)c.allocated);
	hakmem_trim(0);
	c = get();
	CHECK(c.dirty < MIB(1), "%llu dirty after hakmem_trim(0)", (unsigned long long)c.dirty);
	CHECK(rss() <= rss_a + c.active + c.metadata + slack, "RSS %zu at first, %zu trimmed", rss_a, rss());
	return 0;
}
