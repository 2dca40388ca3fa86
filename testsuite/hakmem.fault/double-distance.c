/* SPDX-License-Identifier: MIT */
/* hak-link: preload */
/* hak-opt: -O2 */
/* hak-timeout: 120 */
/* A block freed again after 1, 2, 3, 10, 100, 1000 other frees of its size. */
#include "fault.h"

static void free_again_after(size_t n, size_t size)
{
	static void *others[1000];
	void *p;
	size_t i;

	for (i = 0; i < n; i++)
		others[i] = block_of(size);
	p = block_of(size);
	free(p);
	for (i = 0; i < n; i++)
		free(others[i]);
	free(hide(p));
}

static void after_1(size_t size) { free_again_after(1, size); }
static void after_2(size_t size) { free_again_after(2, size); }
static void after_3(size_t size) { free_again_after(3, size); }
static void after_10(size_t size) { free_again_after(10, size); }
static void after_100(size_t size) { free_again_after(100, size); }
static void after_1000(size_t size) { free_again_after(1000, size); }

FAULTS({ "64 after 1", after_1, 64, DOUBLE }, { "64 after 2", after_2, 64, DOUBLE },
       { "64 after 3", after_3, 64, DOUBLE }, { "64 after 10", after_10, 64, DOUBLE },
       { "64 after 100", after_100, 64, DOUBLE }, { "64 after 1000", after_1000, 64, DOUBLE },
       { "1000 after 3", after_3, 1000, DOUBLE }, { "1000 after 100", after_100, 1000, DOUBLE },
       { "16 after 100", after_100, 16, DOUBLE }, { "16 after 1000", after_1000, 16, DOUBLE })
