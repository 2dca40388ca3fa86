/* SPDX-License-Identifier: MIT */
/* hak-link: preload */
/* Alignments no machine has: refused; alignment + size never wraps to something small. */
/* hak-skip-unless: echo | $CC -dM -E - | grep -q __LP64__ # its numbers are of 64 bit */
#include "check.h"

static void refuse(size_t alignment, size_t size)
{
	void *p = &p;
	int error;

	errno_set(0);
	CHECK(!hide(memalign(alignment, size)), "memalign(%zu, %zu)", alignment, size);
	CHECK(errno_get() == ENOMEM || errno_get() == EINVAL);
	errno_set(0);
	CHECK(!hide(aligned_alloc(alignment, size)), "aligned_alloc(%zu, %zu)", alignment, size);
	CHECK(errno_get() == ENOMEM || errno_get() == EINVAL);
	error = posix_memalign(&p, alignment, size);
	CHECK(error == ENOMEM || error == EINVAL, "posix_memalign(%zu, %zu)", alignment, size);
	CHECK(hide(p) == &p);
}

int main(void)
{
	static const size_t sizes[] = { 0, 1, 16, 100, 4096, 1 << 20, (size_t)1 << 32, (size_t)1 << 46 };
	unsigned shift;
	size_t i;

	for (shift = 47; shift < 64; shift++) {
		for (i = 0; i < N_OF(sizes); i++)
			refuse(hide_n((size_t)1 << shift), hide_n(sizes[i]));
		/* The sum that wraps: alignment + size = 0, 1, 4096. */
		refuse(hide_n((size_t)1 << shift), hide_n(-((size_t)1 << shift)));
		refuse(hide_n((size_t)1 << shift), hide_n(1 - ((size_t)1 << shift)));
		refuse(hide_n((size_t)1 << shift), hide_n(4096 - ((size_t)1 << shift)));
	}
	for (shift = 4; shift < 47; shift++) {
		refuse(hide_n((size_t)1 << shift), hide_n(-((size_t)1 << shift)));
		refuse(hide_n((size_t)1 << shift), hide_n(PTRDIFF_MAX - ((size_t)1 << shift)));
		refuse(hide_n((size_t)1 << shift), hide_n(PTRDIFF_MAX - ((size_t)1 << shift) + 1));
	}
	return 0;
}
