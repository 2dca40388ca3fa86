/* SPDX-License-Identifier: MIT */
/* hak-plain: debug: each block has a record */
/* hak-link: shared */
/* hak-skip-unless: test -z "$HAK_EMULATOR" # which has memory of its own */
/* The peaks: what was in use and held at most, exactly, and what was resident; they do not fall. */
#include "check.h"
#include <hakmem.h>

static struct hakmem_stats get(void)
{
	struct hakmem_stats s;

	CHECK(hakmem_stats_get(&s, sizeof(s)) == sizeof(s));
	CHECK(s.peak_active >= s.active && s.peak_held >= s.held, "%llu and %llu, but %llu and %llu now",
	      (unsigned long long)s.peak_active, (unsigned long long)s.peak_held, (unsigned long long)s.active,
	      (unsigned long long)s.held);
	return s;
}

int main(void)
{
	static char *blocks[400];
	struct hakmem_stats a = get(), b, c;
	size_t i;

	for (i = 0; i < N_OF(blocks); i++) {
		blocks[i] = malloc(i % 2 ? 100000 : 8000);
		CHECK(blocks[i]);
		memset(blocks[i], 1, i % 2 ? 100000 : 8000);
	}
	b = get();
	CHECK(b.active > a.active + MIB(20));
	CHECK(b.peak_active == b.active, "%llu, not %llu", (unsigned long long)b.peak_active, (unsigned long long)b.active);
	CHECK(b.peak_resident >= a.resident + MIB(20), "%llu", (unsigned long long)b.peak_resident);
	for (i = 0; i < N_OF(blocks); i++)
		free(blocks[i]);
	hakmem_trim(0);
	c = get();
	CHECK(c.active < b.active / 2 && c.held < b.held / 2);
	CHECK(c.peak_active >= b.active && c.peak_active <= b.active + MIB(1), "%llu, not %llu",
	      (unsigned long long)c.peak_active, (unsigned long long)b.active);
	CHECK(c.peak_held >= b.held && c.peak_held <= b.held + MIB(1));
	/* Large blocks count, too, and as soon as they grow. */
	blocks[0] = malloc(MIB(60));
	CHECK(blocks[0]);
	CHECK(get().peak_active >= MIB(60));
	blocks[0] = realloc(blocks[0], MIB(90));
	CHECK(blocks[0]);
	CHECK(get().peak_active >= MIB(90));
	free(blocks[0]);
	CHECK(get().peak_active >= MIB(90) && get().peak_active < MIB(120));
	return 0;
}
