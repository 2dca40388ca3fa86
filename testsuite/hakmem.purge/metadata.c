/* SPDX-License-Identifier: MIT */
/* hak-plain: counts resident bytes */
/* hak-link: shared */
/* What the library needs for small blocks, a byte for each of them and more, goes back with them: of 160 MiB in blocks of
 * 16 to 64 bytes, next to nothing stays. */
#include "check.h"
#include "hakmem.h"

#define N 4000000

static void *blocks[N];

int main(void)
{
	struct hakmem_stats before, full, after;

	memset(blocks, 1, sizeof blocks);
	CHECK(hakmem_stats_get(&before, sizeof before) > 0);
	for (size_t i = 0; i < N; i++) {
		blocks[i] = malloc(16 + i % 4 * 16);
		CHECK(blocks[i]);
	}
	CHECK(hakmem_stats_get(&full, sizeof full) > 0);
	for (size_t i = 0; i < N; i++)
		free(blocks[i]);
	CHECK(hakmem_stats_get(&after, sizeof after) > 0);
	CHECK(full.metadata - before.metadata > MIB(4));
	CHECK(after.metadata < before.metadata + (full.metadata - before.metadata) / 4, "%llu KiB before, %llu in use, %llu after",
	      (unsigned long long)before.metadata >> 10, (unsigned long long)full.metadata >> 10,
	      (unsigned long long)after.metadata >> 10);
	return 0;
}
