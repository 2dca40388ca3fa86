/* SPDX-License-Identifier: MIT */
/* hak-link: preload */
/* hak-conf: profile:hardened */
/* hak-opt: -O2 */
/* What was freed is not handed out again soon, nor in a predictable order; and a second free is found even then. */
#include "scenery.h"

/* Blocks taken and freed until p comes back. */
static size_t distance(void *p, size_t size, size_t most)
{
	void *q;
	size_t n;

	for (n = 0; n < most; n++) {
		CHECK(q = hide(malloc(size)));
		if (q == p)
			return n;
		free(q);
	}
	return n;
}

static void check_late(size_t size, size_t least)
{
	unsigned round;

	for (round = 0; round < 50; round++) {
		void *p = hide(malloc(size)), *old = hide(p);
		size_t n;

		CHECK(p);
		free(p);
		n = distance(old, size, least);
		CHECK(n >= least, "a block of %zu came back after %zu", size, n);
	}
}

/* How many of n blocks in a row lie right behind the one before? */
static size_t in_a_row(size_t size, size_t n)
{
	unsigned char *before = NULL, *p;
	size_t n_rows = 0, i;

	for (i = 0; i < n; i++, before = p) {
		CHECK(p = hide(malloc(size)));
		n_rows += before && p > before && (size_t)(p - before) <= 2 * size + 16;
	}
	return n_rows;
}

/* A second free is found with so many others of its size taken and freed in between. */
static void check_second_free(size_t size, size_t n)
{
	pid_t child = fork();
	int status;

	if (child == 0) {
		struct rlimit no_core = { 0, 0 };
		void *p = hide(malloc(size)), *again = hide(p);

		setrlimit(RLIMIT_CORE, &no_core);
		dup2(open("/dev/null", O_WRONLY), 2);
		free(p);
		for (; n > 0; n--)
			free(hide(malloc(size)));
		free(again);
		_exit(0);
	}
	CHECK(waitpid(child, &status, 0) == child);
	CHECK(WIFSIGNALED(status) && WTERMSIG(status) == SIGABRT, "size %zu: wait status %#x", size, (unsigned)status);
}

int main(void)
{
	size_t n;

	warm();
	check_late(16, 200);
	check_late(100, 200);
	check_late(1000, 30);
	check_late(5000, 6);
	check_late(40000, 1);
	check_late(100000, 60);
	check_late(MIB(3), 60);
	check_second_free(16, 200);
	check_second_free(100, 200);
	check_second_free(1000, 30);
	check_second_free(40000, 1);
	check_second_free(100000, 60);
	n = in_a_row(100, 2000);
	CHECK(n < 200, "%zu of 2000 blocks in a row", n);
	return 0;
}
