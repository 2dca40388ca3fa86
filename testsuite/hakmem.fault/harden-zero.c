/* SPDX-License-Identifier: MIT */
/* hak-link: preload */
/* hak-conf: profile:hardened */
/* hak-opt: -O2 */
/* Freed is zero: who reads it finds nothing, and nothing of an earlier owner comes with a new block. A freed block of OS pages of
 * its own cannot be touched. */
#include "scenery.h"

static void check_freed(size_t size)
{
	unsigned char *p = block_of(size), *old = hide(p);

	free(p);
	CHECK(zeroed(old, size) == size, "byte %zu of a freed block of %zu", zeroed(old, size), size);
}

static void check_new(size_t size)
{
	unsigned round;

	for (round = 0; round < 3000; round++) {
		unsigned char *p = hide(malloc(size));

		CHECK(p && zeroed(p, size) == size, "byte %zu of a new block of %zu", zeroed(p, size), size);
		fill(p, size, round);
		free(p);
	}
}

/* What a block grows by is zero, too. */
static void check_grown(size_t size)
{
	unsigned char *p = block_of(size);
	size_t n;

	for (n = size + 1; n < 3 * size; n += 1 + size / 9) {
		CHECK(p = hide(realloc(p, n)));
		CHECK(zeroed(p + size, n - size) == n - size, "%zu grown to %zu", size, n);
	}
	free(p);
}

static void check_closed(size_t size)
{
	pid_t child = fork();
	int status;

	if (child == 0) {
		struct rlimit no_core = { 0, 0 };
		unsigned char *p = block_of(size), *old = hide(p);

		setrlimit(RLIMIT_CORE, &no_core);
		free(p);
		_exit(old[size / 2] == 0);
	}
	CHECK(waitpid(child, &status, 0) == child);
	CHECK(WIFSIGNALED(status) && WTERMSIG(status) == SIGSEGV, "size %zu: wait status %#x", size, (unsigned)status);
}

int main(void)
{
	static const size_t sizes[] = { 1, 16, 100, 1000, 5000, 30000, 65000 };
	size_t i;

	warm();
	for (i = 0; i < N_OF(sizes); i++) {
		check_freed(sizes[i]);
		check_new(sizes[i]);
		check_grown(sizes[i]);
	}
	check_grown(100000);
	check_grown(MIB(3));
	check_closed(100000);
	check_closed(MIB(1));
	check_closed(MIB(20));
	return 0;
}
