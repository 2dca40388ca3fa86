/* SPDX-License-Identifier: MIT */
/* hak-plain: a slab's end is made accessible by a system call */
/* hak-link: preload */
/* After a start in peace all of mmap, munmap, mremap, madvise and mprotect are refused for good. */
#include "limit.h"
#include "filter.h"

int main(void)
{
	static const int calls[] = { SYS_mmap, SYS_munmap, SYS_mremap, SYS_madvise, SYS_mprotect };
	size_t first, round, sum, i;
	void *p;

	for (i = 0; i < 20000 && n_held < 20000; i++) {
		size_t n = i * 37 % 3000 + (i % 1000 ? 1 : 400000);

		held[n_held].p = malloc(n);
		CHECK(held[n_held].p);
		held[n_held].n = n;
		fill_thin(held[n_held].p, n, n_held);
		n_held++;
	}
	filter_calls(calls, N_OF(calls), ENOMEM);
	CHECK_ENOMEM(malloc(hide_n(GIB(1))));
	verify_held();
	realloc_held(MIB(8));
	verify_held();
	free_held();
	/* What was freed is there to be used again, round after round. */
	first = hold_all(1, 2000);
	CHECK(first > MIB(5), "only %zu bytes of what was freed", first);
	for (round = 0; round < 3; round++) {
		verify_held();
		free_held();
		malloc_trim(0);
		sum = hold_all(1, 2000);
		CHECK(sum >= first / 2, "%zu bytes at first, now %zu", first, sum);
	}
	free_held();
	errno_set(0);
	p = malloc(MIB(300));
	CHECK(!p && errno_get() == ENOMEM);
	return 0;
}
