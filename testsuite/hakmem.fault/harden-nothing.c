/* SPDX-License-Identifier: MIT */
/* hak-link: shared */
/* hak-conf: profile:hardened */
/* hak-opt: -O2 */
/* A block of size 0 has an address of its own, which can be freed and resized, and not read or written. */
#include "scenery.h"
#include <hakmem.h>

static void *nothing(size_t i)
{
	switch (i % 4) {
	case 0:
		return malloc(0);
	case 1:
		return calloc(0, 7);
	case 2:
		return aligned_alloc(256, 0);
	}
	return memalign(4096, 0);
}

static int compare(const void *a, const void *b)
{
	uintptr_t x = *(const uintptr_t *)a, y = *(const uintptr_t *)b;

	return x < y ? -1 : x > y;
}

static void check_closed(size_t i, int is_write)
{
	pid_t child = fork();
	int status;

	if (child == 0) {
		struct rlimit no_core = { 0, 0 };
		volatile unsigned char *p = hide(nothing(i));

		setrlimit(RLIMIT_CORE, &no_core);
		if (is_write)
			*p = 0;
		_exit(*p == 0);
	}
	CHECK(waitpid(child, &status, 0) == child);
	CHECK(WIFSIGNALED(status) && WTERMSIG(status) == SIGSEGV, "%zu: wait status %#x", i, (unsigned)status);
}

int main(void)
{
	static void *p[20000], *sorted[N_OF(p)];
	size_t i;

	warm();
	for (i = 0; i < N_OF(p); i++) {
		CHECK(p[i] = nothing(i));
		CHECK(i % 4 != 2 || (uintptr_t)p[i] % 256 == 0);
		CHECK(i % 4 != 3 || (uintptr_t)p[i] % 4096 == 0);
		CHECK(malloc_usable_size(p[i]) == 0);
	}
	memcpy(sorted, p, sizeof(p));
	qsort(sorted, N_OF(p), sizeof(*sorted), compare);
	for (i = 1; i < N_OF(p); i++)
		CHECK(sorted[i] != sorted[i - 1], "two at the same address");
	for (i = 0; i < N_OF(p); i++) {
		if (i % 5 == 0) {
			CHECK(p[i] = realloc(p[i], i + 1));
			fill_thin(p[i], i + 1, i);
		}
		free(p[i]);
	}
	for (i = 0; i < 4; i++) {
		check_closed(i, 0);
		check_closed(i, 1);
	}
	CHECK(hakmem_check() == 0);
	return 0;
}
