/* SPDX-License-Identifier: MIT */
/* What the tests of limits share: a program that starts itself again under a limit, and a workload
 * that takes NULL for an answer, if ENOMEM comes with it, and checks that all it holds is intact. */
#ifndef LIMIT_H
#define LIMIT_H
#include "check.h"
#include <pthread.h>
#include <sys/resource.h>
#include <sys/wait.h>

UNUSED static void set_limit(int resource, size_t value)
{
	struct rlimit limit;

	CHECK(getrlimit(resource, &limit) == 0);
	limit.rlim_cur = value;
	CHECK(setrlimit(resource, &limit) == 0);
}

/* Starts the program again with the limit in force from its first instruction; returns there. */
UNUSED static void restart_under(int resource, size_t value, char **argv)
{
	if (getenv("UNDER_LIMIT"))
		return;
	CHECK(setenv("UNDER_LIMIT", "1", 1) == 0);
	set_limit(resource, value);
	exec_self(argv, environ);
	CHECK(0, "execv");
}

#define MAX_HELD 200000

static struct {
	unsigned char *p;
	size_t n;
} held[MAX_HELD];
static size_t n_held;

/* Takes blocks of random sizes until one is refused. Returns the bytes taken. */
UNUSED static size_t hold_all(uint64_t seed, size_t max)
{
	size_t sum = 0, n;
	unsigned char *p;

	while (n_held < MAX_HELD) {
		n = rnd_size(&seed, max);
		errno_set(0);
		switch (rnd(&seed) % 5) {
		case 0:
			p = calloc(1, n);
			break;
		case 1:
			p = aligned_alloc(256, n);
			break;
		default:
			p = malloc(n);
		}
		if (!p) {
			CHECK(errno_get() == ENOMEM, "a refused block of %zu", n);
			return sum;
		}
		fill_thin(p, n, n_held);
		held[n_held].p = p;
		held[n_held++].n = n;
		sum += n;
	}
	return sum;
}

UNUSED static void verify_held(void)
{
	size_t i;

	for (i = 0; i < n_held; i++)
		CHECK(filled_thin(held[i].p, held[i].n, i) == held[i].n, "block %zu of %zu bytes", i,
		      held[i].n);
}

UNUSED static void free_held(void)
{
	size_t i;

	for (i = 0; i < n_held; i++) {
		errno_set(EXDEV);
		free(held[i].p);
		CHECK(errno_get() == EXDEV, "after free of a block of %zu", held[i].n);
	}
	n_held = 0;
}

/* realloc that is refused leaves the block; then everything is as it was. */
UNUSED static void realloc_held(size_t n)
{
	size_t i;
	void *p;

	for (i = 0; i < n_held; i += 1 + n_held / 50) {
		errno_set(0);
		p = realloc(held[i].p, held[i].n + n);
		if (!p) {
			CHECK(errno_get() == ENOMEM);
			continue;
		}
		held[i].p = p;
		CHECK(filled_thin(p, held[i].n, i) == held[i].n);
	}
}

/* The whole story under a limit: until nothing is left, back, and again; it must not get less. */
UNUSED static void exhaust(size_t least, size_t max)
{
	size_t first = 0, sum;
	unsigned round;

	for (round = 0; round < 4; round++) {
		sum = hold_all(round + 1, max);
		CHECK(sum >= least, "only %zu bytes in round %u", sum, round);
		if (round == 0)
			first = sum;
		CHECK(sum >= first / 2, "%zu bytes at first, %zu in round %u", first, sum, round);
		verify_held();
		CHECK_ENOMEM(malloc(hide_n(GIB(2))));
		CHECK_ENOMEM(calloc(hide_n(GIB(2)), 1));
		CHECK_ENOMEM(memalign(64, hide_n(GIB(2))));
		realloc_held(MIB(4));
		verify_held();
		free_held();
		malloc_trim(0);
	}
}

#endif
