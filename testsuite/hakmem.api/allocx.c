/* SPDX-License-Identifier: MIT */
/* hak-link: shared */
/* jemalloc's functions with flags: their blocks are malloc's, with the alignment and the zeros asked for. */
#include "check.h"
#include <errno.h>
#include <limits.h>
#include <malloc.h>

enum { ZERO = 64, TCACHE_NONE = 1 << 8, ARENA_7 = 8 << 20 };

void *mallocx(size_t size, int flags);
void *rallocx(void *ptr, size_t size, int flags);
size_t xallocx(void *ptr, size_t size, size_t extra, int flags);
size_t sallocx(const void *ptr, int flags);
void dallocx(void *ptr, int flags);
void sdallocx(void *ptr, size_t size, int flags);
size_t nallocx(size_t size, int flags);

static void check_size(size_t n, int flags, size_t align)
{
	char *p = hide(mallocx(n, flags));
	size_t usable, i;

	CHECK(p != NULL && (uintptr_t)p % align == 0, "%zu %x", n, (unsigned)flags);
	usable = malloc_usable_size(p);
	CHECK(usable >= n && sallocx(p, flags) == usable && nallocx(n, flags) == usable, "%zu %x: %zu, %zu", n, (unsigned)flags,
		usable, nallocx(n, flags));
	if (flags & ZERO)
		CHECK(zeroed(p, n) == n);
	memset(p, 7, n);
	CHECK(xallocx(p, n * 2, 0, flags) >= n && xallocx(p, n, n, flags) == sallocx(p, 0));
	p = hide(rallocx(p, n * 2, flags));
	CHECK(p != NULL && (uintptr_t)p % align == 0);
	for (i = 0; i < n; i++)
		CHECK(p[i] == 7, "%zu %x: byte %zu", n, (unsigned)flags, i);
	if (flags & ZERO) /* what lay behind the requested size is the program's */
		CHECK(usable >= 2 * n || zeroed(p + usable, 2 * n - usable) == 2 * n - usable);
	memset(p, 9, n * 2);
	p = hide(rallocx(p, n, flags));
	CHECK(p != NULL && (uintptr_t)p % align == 0 && p[0] == 9 && p[n - 1] == 9);
	sdallocx(p, n, flags);

	p = hide(mallocx(n, flags));
	free(p);
	p = hide(malloc(n));
	dallocx(p, 0);
	p = hide(rallocx(malloc(n), n + 1, flags));
	p = hide(realloc(p, n));
	dallocx(p, flags);
	p = hide(mallocx(n, flags));
	sdallocx(p, sallocx(p, flags), flags);
}

/* Where each call asks for zeros, all that the program did not write is zero, what lies behind the size requested included. */
static void check_zeros(size_t n)
{
	static void *dirty[64];
	size_t i, size;
	char *p;

	for (i = 0; i < N_OF(dirty); i++) {
		CHECK((dirty[i] = hide(malloc(n))) != NULL);
		memset(dirty[i], 5, malloc_usable_size(dirty[i]));
	}
	for (i = 0; i < N_OF(dirty); i++)
		free(dirty[i]);
	p = hide(mallocx(n, ZERO));
	CHECK(p && zeroed(p, malloc_usable_size(p)) == malloc_usable_size(p), "%zu", n);
	for (size = n; size < 40 * n; size = size * 5 / 4 + 1) {
		p = hide(rallocx(p, size, ZERO));
		CHECK(p && zeroed(p, size) == size, "%zu grown to %zu: byte %zu", n, size, zeroed(p, size));
	}
	dallocx(p, 0);
}

int main(void)
{
	static const size_t sizes[] = { 1, 8, 16, 17, 100, 1000, 1024, 1500, 4096, 5000, 32768, 40000, 65536, 100000, 300000, 1 << 20,
		3 << 20, 9 << 20 };
	static const int flags[] = { 0, ZERO, TCACHE_NONE, ARENA_7 | TCACHE_NONE | ZERO, 3, 6, 6 | ZERO, 12, 12 | ZERO, 16, 21, 22,
		23, 25 | ZERO };
	size_t i, k;

	for (i = 0; i < N_OF(sizes); i++)
		for (k = 0; k < N_OF(flags); k++)
			check_size(sizes[i], flags[k], (size_t)1 << (flags[k] % 64 > 4 ? flags[k] % 64 : 4));
	for (i = 0; i < N_OF(sizes) && sizes[i] <= 300000; i++)
		check_zeros(sizes[i]);
	errno = 0;
	CHECK(mallocx(SIZE_MAX / 2, 0) == NULL && mallocx(SIZE_MAX, ZERO) == NULL && mallocx(1, 63) == NULL);
	CHECK(mallocx(SIZE_MAX - 100, 12) == NULL && mallocx(PTRDIFF_MAX - 5000, 0) == NULL);
	CHECK(nallocx(SIZE_MAX, 0) == 0 && nallocx(1, 63) == 0);
	CHECK(rallocx(NULL, 100, ZERO) != NULL);
	{
		char *p = hide(malloc(100));

		p[99] = 3;
		CHECK(rallocx(p, SIZE_MAX / 2, 0) == NULL && rallocx(p, SIZE_MAX, ZERO) == NULL && p[99] == 3);
		dallocx(p, 0);
	}
	CHECK(errno == 0, "errno is left alone");
	dallocx(NULL, 0);
	return 0;
}
