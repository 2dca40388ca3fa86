/* SPDX-License-Identifier: MIT */
/* hak-plain: counts resident bytes */
/* hak-link: preload */
/* hak-conf: purge_thread:on */
/* Under a limit on addresses (ulimit -v) memory goes back as ever, and what went back can be had again. */
#include "purge.h"
#include <sys/resource.h>

static void *blocks[2000];

int main(int argc, char **argv)
{
	struct rlimit limit;
	size_t round, i, n, before;

	(void)argc;
	if (!getenv("UNDER_LIMIT")) {
		CHECK(setenv("UNDER_LIMIT", "1", 1) == 0 && getrlimit(RLIMIT_AS, &limit) == 0);
		limit.rlim_cur = MIB(300);
		CHECK(setrlimit(RLIMIT_AS, &limit) == 0);
		execv("/proc/self/exe", argv);
		CHECK(0, "execv");
	}
	before = rss();
	for (round = 0; round < 3; round++) {
		size_t size = round == 0 ? 100000 : round == 1 ? 50000 : 1000;

		for (i = 0; i < N_OF(blocks); i++) {
			blocks[i] = malloc(size);
			if (!blocks[i])
				break;
			memset(blocks[i], 1, size);
		}
		CHECK(i == N_OF(blocks) || i * size >= MIB(150), "%zu blocks of %zu", i, size);
		while (i > 0)
			free(blocks[--i]);
		if (round == 0)
			be_idle(3);
		else
			malloc_trim(0);
		n = settle(before + MIB(4), 5);
		CHECK(n <= before + MIB(4), "%zu resident before, %zu after", before, n);
	}
	return 0;
}
