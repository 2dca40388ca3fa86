/* SPDX-License-Identifier: MIT */
/* hak-plain: counts resident bytes */
/* hak-link: preload */
/* hak-conf: purge_thread:on */
/* Runs and large blocks, freed by a program that then calls malloc and free no more: their memory goes back. */
#include "purge.h"

static void *blocks[1000];

static void use(size_t n, size_t size)
{
	size_t before = rss(), i, left;

	for (i = 0; i < n; i++) {
		blocks[i] = malloc(size);
		CHECK(blocks[i]);
		memset(blocks[i], 1, size);
	}
	CHECK(rss() >= before + n * size);
	for (i = 0; i < n; i++)
		free(blocks[i]);
	left = settle(before + MIB(1), 5);
	CHECK(left <= before + MIB(1), "%zu resident before, %zu after %zu blocks of %zu bytes", before, left, n,
	      size);
}

int main(void)
{
	use(1, MIB(60));
	use(3, MIB(40));
	use(20, MIB(3));
	use(1000, 100000);
	return 0;
}
