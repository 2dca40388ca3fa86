/* SPDX-License-Identifier: MIT */
/* hak-link: shared */
/* The hakmem_ names and the standard ones are the same code: each frees the other's blocks. */
#include "check.h"
#include <hakmem.h>

static void check(void *p, size_t n, int which)
{
	CHECK(p);
	CHECK(malloc_usable_size(p) >= n);
	CHECK(malloc_usable_size(p) == hakmem_malloc_usable_size(p));
	fill_thin(p, n, n);
	if (which)
		free(p);
	else
		hakmem_free(p);
}

int main(void)
{
	size_t i;

	for (i = 0; i < 2 * N_OF(tier_sizes); i++) {
		size_t n = tier_sizes[i / 2];
		int which = i % 2;
		void *p = NULL;

		check(which ? hakmem_malloc(n) : malloc(n), n, which);
		p = hide(which ? hakmem_calloc(1, n) : calloc(1, n));
		CHECK(p && zeroed(p, n) == n);
		check(p, n, which);
		p = hide(which ? malloc(n) : hakmem_malloc(n));
		check(which ? hakmem_realloc(p, n + 5) : realloc(p, n + 5), n + 5, which);
		p = hide(which ? malloc(n) : hakmem_malloc(n));
		check(which ? hakmem_reallocarray(p, n, 2) : reallocarray(p, n, 2), 2 * n, which);
		check(which ? hakmem_aligned_alloc(64, n) : aligned_alloc(64, n), n, which);
		check(which ? hakmem_memalign(4096, n) : memalign(4096, n), n, which);
		check(which ? hakmem_valloc(n) : valloc(n), n, which);
		check(which ? hakmem_pvalloc(n) : pvalloc(n), n, which);
		CHECK((which ? hakmem_posix_memalign(&p, 128, n) : posix_memalign(&p, 128, n)) == 0);
		check(p, n, which);
		hakmem_free_sized(hide(malloc(n)), n);
		hakmem_free_aligned_sized(hide(aligned_alloc(32, n)), 32, n);
		hakmem_cfree(hide(malloc(n)));
	}
	hakmem_free(NULL);
	CHECK_ENOMEM(hakmem_malloc(hide_n(SIZE_MAX)));
	CHECK_ENOMEM(hakmem_calloc(hide_n(SIZE_MAX / 2), 3));
	return 0;
}
