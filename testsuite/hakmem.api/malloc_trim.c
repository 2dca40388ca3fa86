/* SPDX-License-Identifier: MIT */
/* hak-link: preload */
/* malloc_trim(0) gives freed memory back: RSS falls, it says 1, and then, with nothing left, 0. */
/* hak-conf: purge_delay:-1 */
#include "check.h"

#define N 100000
static void *blocks[N];

int main(void)
{
	size_t i, full, least;
	unsigned tries;

	for (i = 0; i < N; i++) {
		blocks[i] = malloc(600);
		CHECK(blocks[i]);
		memset(blocks[i], 1, 600);
	}
	full = rss();
	for (i = 0; i < N; i++)
		free(blocks[i]);
	CHECK(malloc_trim(0) == 1);
	least = rss();
	CHECK(full == 0 || least + MIB(45) < full, "RSS from %zu to %zu", full, least);
	for (tries = 0; tries < 5 && malloc_trim(0); tries++)
		;
	CHECK(tries < 5, "malloc_trim always claims success");
	return 0;
}
