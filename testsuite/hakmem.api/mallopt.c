/* SPDX-License-Identifier: MIT */
/* hak-link: preload */
/* mallopt() accepts glibc's parameters and nothing else. */
#include "check.h"

int main(void)
{
	CHECK(mallopt(M_MXFAST, 64) == 1);
	CHECK(mallopt(M_TRIM_THRESHOLD, 1 << 20) == 1);
	CHECK(mallopt(M_TOP_PAD, 1 << 20) == 1);
	CHECK(mallopt(M_MMAP_THRESHOLD, 1 << 20) == 1);
	CHECK(mallopt(M_MMAP_MAX, 100) == 1);
	CHECK(mallopt(M_CHECK_ACTION, 3) == 1);
	CHECK(mallopt(M_PERTURB, 0) == 1);
	CHECK(mallopt(M_ARENA_TEST, 1) == 1);
	CHECK(mallopt(M_ARENA_MAX, 1) == 1);
	CHECK(mallopt(31337, 1) == 0);
	CHECK(mallopt(-31337, 1) == 0);
	CHECK(hide(malloc(100)));
	return 0;
}
