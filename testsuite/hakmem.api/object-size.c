/* SPDX-License-Identifier: MIT */
/* hak-link: shared */
/* malloc_object_size() and malloc_object_size_fast(): from any address to its block's end, which is that of the size asked for with
 * profile:hardened. */
#include "check.h"
#include <hakmem.h>

size_t malloc_object_size(const void *ptr);
size_t malloc_object_size_fast(const void *ptr);

static void check_block(size_t n, int is_exact)
{
	unsigned char *p = hide(malloc(n));
	size_t usable = malloc_usable_size(p), i;

	CHECK(p && malloc_object_size(p) == usable && hakmem_malloc_object_size(p) == usable);
	CHECK(usable >= n && (!is_exact || usable == n), "%zu of %zu", usable, n);
	for (i = 0; i < n; i += i < 100 ? 1 : i < KIB(60) ? 997 : i < KIB(512) ? 40000 : KIB(512)) {
		CHECK(malloc_object_size(p + i) == usable - i, "%zu, byte %zu: %zu", n, i, malloc_object_size(p + i));
		CHECK(malloc_object_size_fast(p + i) >= usable - i);
	}
	if (n > 0 && n < 60000) {
		CHECK(malloc_object_size_fast(p) < n + n / 4 + 64, "%zu: %zu", n, malloc_object_size_fast(p));
		CHECK(hakmem_malloc_object_size_fast(p) == malloc_object_size_fast(p));
		CHECK(!is_exact || malloc_object_size(p + n) == 0);
	}
	free(p);
	if (n < 60000)
		CHECK(malloc_object_size(hide(p)) == 0, "%zu, freed", n);
}

int main(int argc, char **argv)
{
	char *words[] = { argv[0], (char *)(uintptr_t)"hardened", NULL };
	size_t i;
	int local;

	CHECK(malloc_object_size(NULL) == 0 && malloc_object_size_fast(NULL) == 0);
	CHECK(malloc_object_size(&local) == SIZE_MAX && malloc_object_size_fast(&local) == SIZE_MAX);
	CHECK(malloc_object_size(main) == SIZE_MAX && malloc_object_size((void *)(uintptr_t)-16) == SIZE_MAX);
	for (i = 0; i < N_OF(tier_sizes); i++)
		check_block(tier_sizes[i], argc > 1);
	check_block(MIB(1), argc > 1);
	check_block(MIB(9), argc > 1);
	check_block(MIB(100) + 3, argc > 1);
	if (argc > 1)
		return 0;
	setenv("HAKMEM_CONF", "profile:hardened", 1);
	exec_self(words, environ);
	return 1;
}
