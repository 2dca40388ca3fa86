/* SPDX-License-Identifier: MIT */
/* hak-plain: slabs have no huge pages */
/* Blocks larger than an OS page, or reserved in large pieces, need not be touched all over: what is not touched does not
 * become resident, even beside small blocks that have huge pages. */
#include "check.h"
#include "thp.h"

#define N_SMALL (MIB(160) / 64)
#define N_LARGE 6000

static char *large[N_LARGE];

int main(void)
{
	size_t base, i;
	char *p;

	need_huge_pages();
	for (i = 0; i < N_SMALL; i++) {
		p = malloc(64);
		CHECK(p);
		memset(p, 1, 64);
	}
	CHECK(all_huge() >= MIB(64), "%zu", all_huge());
	base = rss();
	for (i = 0; i < N_LARGE; i++) { /* 8 to 200 KiB: slabs and runs, 600 MiB in all */
		large[i] = malloc(KIB(8 + i % 193));
		CHECK(large[i]);
		*large[i] = 1;
	}
	for (i = 0; i < 10; i++) { /* mappings of their own */
		p = malloc(MIB(i % 2 ? 24 : 80));
		CHECK(p);
		*p = 1;
	}
	/* An OS page for each block, and one huge page at most for what stands between two heaps. */
	CHECK(rss() - base <= N_LARGE * (size_t)sysconf(_SC_PAGESIZE) + MIB(8), "%zu resident", rss() - base);
	return 0;
}
