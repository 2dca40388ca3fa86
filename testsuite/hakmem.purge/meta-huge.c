/* SPDX-License-Identifier: MIT */
/* hak-plain: slabs have no huge pages */
/* hak-link: shared */
/* hak-opt: -O2 */
/* The metadata of a large heap of small blocks lies on huge pages, where the kernel has them: it takes no more memory for it than
 * its use and a huge page, and is given back with the blocks. */
#include "check.h"
#include <hakmem.h>
#include <malloc.h>
#include <stdbool.h>
#include <unistd.h>

#define SIZE 32
#define N (MIB(320) / SIZE)

static void *block[N];

static uint64_t metadata(void)
{
	struct hakmem_stats s;

	CHECK(hakmem_stats_get(&s, sizeof(s)) == sizeof(s));
	return s.metadata;
}

/* Mappings of 2 MiB for which huge pages are asked; superslabs are larger. */
static unsigned n_asked(void)
{
	FILE *f = fopen("/proc/self/smaps", "r");
	unsigned long kib, size = 0;
	char line[300];
	unsigned n = 0;

	CHECK(f);
	while (fgets(line, sizeof(line), f)) {
		if (sscanf(line, "Size: %lu kB", &kib) == 1)
			size = kib;
		n += size == 2048 && !strncmp(line, "VmFlags:", 8) && strstr(line, " hg");
	}
	fclose(f);
	return n;
}

int main(void)
{
	bool has_huge = access("/sys/kernel/mm/transparent_hugepage/enabled", R_OK) == 0;
	uint64_t before = metadata(), used;
	size_t i;

	for (i = 0; i < N; i++)
		CHECK(block[i] = malloc(SIZE));
	used = metadata() - before;
	/* A live byte each, two bits, and what slabs and caches need. */
	CHECK(used >= N && used <= N * 10 / 8 + N / 16 + MIB(3), "%llu for %zu blocks", (unsigned long long)used, (size_t)N);
	CHECK(!has_huge || n_asked() > 3, "%u huge pages asked for", n_asked());
	CHECK(hakmem_check() == 0);
	for (i = 0; i < N; i++)
		free(block[(i * 7919) % N]);
	CHECK(malloc_trim(0) == 1);
	CHECK(metadata() <= before + MIB(4), "%llu before, %llu afterwards", (unsigned long long)before, (unsigned long long)metadata());
	CHECK(n_asked() == 0, "%u would be put together again", n_asked());
	CHECK(hakmem_check() == 0);
	return 0;
}
