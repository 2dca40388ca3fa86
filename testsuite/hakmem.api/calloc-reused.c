/* SPDX-License-Identifier: MIT */
/* hak-plain: expects that free blocks are not touched, and reused as they are */
/* hak-link: preload */
/*
 * calloc() of mid and large blocks where freed ones lay gives zeroes, however much of those was written; and of a
 * block that was hardly touched it brings no memory.
 */
#include "check.h"
#include <sys/mman.h>

static size_t page;

/* Writes to every step-th OS page, the last byte of it too. */
static void soil(unsigned char *p, size_t size, size_t step)
{
	size_t at;

	for (at = 0; at < size; at += step * page) {
		size_t n = size - at < page ? size - at : page;

		p[at] = p[at + n - 1] = 0xa5;
	}
	p[size - 1] = 0xa5;
}

static size_t n_resident(unsigned char *p, size_t size)
{
	static unsigned char map[16384];
	size_t i, n = 0, n_pages = (size + page - 1) / page;

	CHECK(n_pages <= sizeof(map));
	CHECK(mincore(p, size, map) == 0);
	for (i = 0; i < n_pages; i++)
		n += map[i] & 1;
	return n;
}

static void check(size_t size, size_t step)
{
	unsigned char *p = malloc(size), *q;
	size_t n, right;

	CHECK(p);
	soil(p, size, step);
	free(hide(p));
	q = calloc(size, 1);
	CHECK(q);
	n = n_resident(q, size);
	right = zeroed(q, size);
	CHECK(right == size, "byte %zu of %zu, each %zu. page written", right, size, step);
	if (size >= MIB(1) && step >= 1000)
		CHECK(n <= size / page / 4 + 2, "%zu OS pages of %zu are there", n, size / page);
	memset(q, 0x5a, size);
	free(q);
}

int main(void)
{
	static const size_t steps[] = { 1, 2, 3, 16, 1000 };
	static const size_t sizes[] = { 65537, 200000, 262144, 262145, 500001, 1048577, 3000000, 4194304, 4194305,
					10000001, 40000000 };
	size_t i, k, round;

	page = (size_t)sysconf(_SC_PAGESIZE);
	for (i = 0; i < N_OF(sizes); i++)
		for (k = 0; k < N_OF(steps); k++)
			for (round = 0; round < 3; round++) {
				malloc_trim(0);
				check(sizes[i], steps[k]);
			}
	return 0;
}
