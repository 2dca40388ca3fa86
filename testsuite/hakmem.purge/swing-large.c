/* SPDX-License-Identifier: MIT */
/* hak-plain: counts page faults */
/* hak-link: preload */
/* A buffer grows to 32 MiB by doubling and is freed, and blocks of 5 to 15 MiB are filled and freed, again and again: what
 * the first rounds needed stays for the next ones. */
#include <sys/resource.h>

#include "check.h"

#define N_ROUNDS 40
#define N_LEARN 10

static void touch(char *p, size_t from, size_t size)
{
	for (; from < size; from += 4096)
		p[from] = 1;
}

static void double_buffer(void)
{
	size_t size, old = 0;
	char *p = NULL;

	for (size = 4096; size <= MIB(32); old = size, size *= 2) {
		char *q = malloc(size);

		CHECK(q);
		if (p)
			memcpy(q, p, old);
		touch(q, old, size);
		free(p);
		p = q;
	}
	free(p);
}

static void fill_blocks(void)
{
	static uint64_t random = 1;
	char *blocks[40];
	size_t i;

	for (i = 0; i < N_OF(blocks); i++) {
		size_t size = MIB(5) + rnd(&random) % MIB(10);

		blocks[i] = malloc(size);
		CHECK(blocks[i]);
		touch(blocks[i], 0, size);
	}
	for (i = 0; i < N_OF(blocks); i++)
		free(blocks[i]);
}

/* KiB faulted in by a round, after the first ones. */
static size_t cost_of(void (*one)(void))
{
	struct rusage before, after;
	int i;

	for (i = 0; i < N_ROUNDS; i++) {
		if (i == N_LEARN)
			getrusage(RUSAGE_SELF, &before);
		one();
	}
	getrusage(RUSAGE_SELF, &after);
	return (size_t)(after.ru_minflt - before.ru_minflt) * 4 / (N_ROUNDS - N_LEARN);
}

int main(void)
{
	size_t n;

	n = cost_of(double_buffer);
	CHECK(n < 4096, "%zu KiB a round of a buffer", n);
	n = cost_of(fill_blocks);
	CHECK(n < 16384, "%zu KiB a round of blocks", n);
	return 0;
}
