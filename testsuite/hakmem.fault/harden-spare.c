/* SPDX-License-Identifier: MIT */
/* hak-link: preload */
/* hak-conf: profile:hardened */
/* hak-opt: -O2 */
/* Blocks of some hundred KiB come and go without a page fault for each of their OS pages. Their addresses stay inaccessible all the
 * same, new blocks are zero, a block of which the program has protected a part can be freed, and malloc_trim() gives all back. */
#include "scenery.h"
#include <malloc.h>
#include <unistd.h>

enum { ROUNDS = 400 };

static long faults(void)
{
	struct rusage used;

	CHECK(getrusage(RUSAGE_SELF, &used) == 0);
	return used.ru_minflt;
}

/* A block that grows by being copied, as Python's strings do. */
static void churn(size_t size, uintptr_t seen[ROUNDS])
{
	char *p = NULL;
	unsigned i;

	for (i = 0; i < ROUNDS; i++) {
		char *next = hide(malloc(size));

		CHECK(next && zeroed(next, size) == size, "round %u: byte %zu", i, zeroed(next, size));
		memset(next, 1 + i % 100, size);
		free(p);
		p = next;
		seen[i] = (uintptr_t)p;
	}
	free(p);
}

static void check_far_apart(const uintptr_t seen[ROUNDS])
{
	unsigned i, k;

	for (i = 0; i < ROUNDS; i++)
		for (k = 1; k < 32 && i + k < ROUNDS; k++)
			CHECK(seen[i] != seen[i + k], "an address is back after %u frees", k);
}

static int knows_populate(void)
{
	void *page = mmap(NULL, 4096, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

	return madvise(page, 4096, 23 /* MADV_POPULATE_WRITE */) == 0;
}

static void check_protected(size_t size, int protection)
{
	char *p = hide(aligned_alloc(4096, size));

	CHECK(p);
	memset(p, 1, size);
	CHECK(mprotect(p + size / 2 / 4096 * 4096, 4096, protection) == 0);
	free(p);
	p = hide(aligned_alloc(4096, size));
	memset(p, 1, size);
	CHECK(mprotect(p, size, protection) == 0);
	free(p);
	p = hide(malloc(size));
	CHECK(p && zeroed(p, size) == size);
	free(p);
}

static size_t resident(void)
{
	FILE *f = fopen("/proc/self/statm", "r");
	size_t n_all, n = 0;

	CHECK(f && fscanf(f, "%zu %zu", &n_all, &n) == 2);
	fclose(f);
	return n * (size_t)sysconf(_SC_PAGESIZE);
}

int main(void)
{
	static uintptr_t seen[ROUNDS];
	static char *many[64];
	size_t before, after, i;
	long n;

	churn(500000, seen);
	n = faults();
	churn(500000, seen);
	n = faults() - n;
	/* A kernel before 5.14 does not say whether the program has protected something: then the pages go back. */
	CHECK(n < ROUNDS * 10 || !knows_populate(), "%ld faults for %d blocks", n, ROUNDS);
	check_far_apart(seen);
	check_protected(30 * 4096, PROT_NONE);
	check_protected(100 * 4096, PROT_READ);
	malloc_trim(0);
	before = resident();
	for (i = 0; i < N_OF(many); i++) {
		many[i] = hide(malloc(MIB(1) - 9000));
		memset(many[i], 1, MIB(1) - 9000);
	}
	for (i = 0; i < N_OF(many); i++)
		free(many[i]);
	after = resident();
	CHECK(after < before + MIB(6), "%zu bytes stay", after - before);
	malloc_trim(0);
	after = resident();
	CHECK(after < before + MIB(1), "%zu bytes stay after malloc_trim", after - before);
	return 0;
}
