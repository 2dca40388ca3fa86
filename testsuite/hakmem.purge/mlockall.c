/* SPDX-License-Identifier: MIT */
/* hak-plain: counts resident bytes */
/* hak-link: shared */
/* hak-conf: purge_thread:on */
/* Purging locked memory does nothing, and is no error: blocks stay what they are, calloc() zeroes, and the purge thread
 * does not try for ever. Unlocked, the memory goes back. */
#include "purge.h"
#include <hakmem.h>
#include <sys/mman.h>

static void *blocks[40];

static uint64_t count_purges(void)
{
	struct hakmem_stats s;

	CHECK(hakmem_stats_get(&s, sizeof(s)) == sizeof(s));
	return s.n_purge_calls;
}

int main(void)
{
	size_t round, i, before;
	uint64_t n;

	if (mlockall(MCL_CURRENT | MCL_FUTURE))
		UNSUPPORTED_BECAUSE("mlockall: %s", strerror(errno));
	for (round = 0; round < 3; round++) {
		for (i = 0; i < N_OF(blocks); i++) {
			blocks[i] = calloc(1, MIB(1) + i);
			if (!blocks[i])
				UNSUPPORTED_BECAUSE("no more memory may be locked");
			CHECK(zeroed(blocks[i], MIB(1) + i) == MIB(1) + i);
			memset(blocks[i], 1, MIB(1) + i);
		}
		for (i = 0; i < N_OF(blocks); i++)
			free(blocks[i]);
		malloc_trim(0);
	}
	be_idle(6);
	n = count_purges();
	be_idle(2.5);
	CHECK(count_purges() <= n, "%llu purges of locked memory, then %llu", (unsigned long long)n,
	      (unsigned long long)count_purges());
	CHECK(hakmem_check() == 0);
	before = rss();
	CHECK(munlockall() == 0);
	CHECK(malloc_trim(0) == 1 && rss() + MIB(30) <= before, "%zu, then %zu", before, rss());
	return 0;
}
