/* SPDX-License-Identifier: MIT */
/* hak-plain: counts resident bytes */
/* hak-link: preload */
/* Runs and large blocks, 256 MiB of each size, all freed: right after the last free at most 24 MiB are resident. */
#include "purge.h"

static void check_size(size_t size)
{
	static void *blocks[8192];
	size_t before = rss(), n = MIB(256) / size, i;

	for (i = 0; i < n; i++) {
		CHECK((blocks[i] = malloc(size)));
		memset(blocks[i], 1, size);
	}
	CHECK(rss() >= MIB(230), "%zu", rss());
	for (i = 0; i < n; i++)
		free(blocks[i]);
	CHECK(rss() <= before + MIB(24), "%zu resident after blocks of %zu", rss(), size);
}

int main(void)
{
	static const size_t sizes[] = { 40000, 100000, MIB(1), MIB(3), MIB(40) };
	size_t k;

	/* Each in a process of its own: what one needs again at once may stay. */
	for (k = 0; k < N_OF(sizes); k++)
		in_child(check_size, sizes[k]);
	return 0;
}
