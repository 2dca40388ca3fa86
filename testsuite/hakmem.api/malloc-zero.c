/* SPDX-License-Identifier: MIT */
/* hak-link: preload */
/* A request for 0 bytes gives a unique block, from every function that allocates. */
#include "check.h"

static void *blocks[7000];

int main(void)
{
	size_t i, j;

	for (i = 0; i < N_OF(blocks); i++) {
		void *p = NULL;

		switch (i % 7) {
		case 0:
			p = malloc(hide_n(0));
			break;
		case 1:
			p = calloc(hide_n(0), 8);
			break;
		case 2:
			p = realloc(NULL, hide_n(0));
			break;
		case 3:
			p = calloc(8, hide_n(0));
			break;
		case 4:
			p = aligned_alloc(64, hide_n(0));
			break;
		case 5:
			CHECK(posix_memalign(&p, 32, hide_n(0)) == 0);
			break;
		default:
			p = memalign(16, hide_n(0));
		}
		CHECK(p, "number %zu", i);
		blocks[i] = p;
	}
	for (i = 0; i < N_OF(blocks); i++)
		for (j = i + 1; j < N_OF(blocks); j++)
			CHECK(blocks[i] != blocks[j], "numbers %zu and %zu are one block", i, j);
	for (i = 0; i < N_OF(blocks); i++)
		free(blocks[i]);
	for (i = 0; i < 3; i++) {
		void *p = hide(valloc(hide_n(0))), *q = hide(pvalloc(hide_n(0)));

		CHECK(p && q && p != q);
		free(p);
		free(q);
	}
	return 0;
}
