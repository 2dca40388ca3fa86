/* SPDX-License-Identifier: MIT */
/* hak-link: preload */
/* posix_memalign() that fails for want of memory sets errno to ENOMEM, too, as glibc's does; the pointer stays
 * untouched. */
#include "huge.h"

static void try_both(size_t alignment, size_t size)
{
	void *p = &p;
	int error;

	errno_set(EXDEV);
	error = posix_memalign(&p, alignment, size);
	CHECK(error == ENOMEM, "returned %d for %zu aligned to %zu", error, size, alignment);
	CHECK(errno_get() == ENOMEM, "errno for %zu aligned to %zu", size, alignment);
	CHECK(hide(p) == &p, "the pointer was written");
}

int main(void)
{
	unsigned shift;

	for (shift = 3; shift < 8 * sizeof(size_t); shift++)
		FOR_HUGE(size)
			try_both((size_t)1 << shift, size);
	/* The alignment alone is more than there is. */
	try_both((size_t)1 << (8 * sizeof(size_t) - 1), 100);
	try_both((size_t)1 << (8 * sizeof(size_t) - 2), 100);
	return 0;
}
