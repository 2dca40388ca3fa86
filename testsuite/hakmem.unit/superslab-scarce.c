/* SPDX-License-Identifier: MIT */
/* Where addresses are scarce, aligned slices cost about what they are, not all that is left. */
#include "unit.h"
#include "conf/limits.h"
#include "region/superslab.h"

#include <sys/resource.h>

#define N 16          /* slices: 1 MiB */
#define ROOM MIB(24)

int main(void)
{
	struct rlimit limit;
	struct hak_slices slices;
	struct hak_superslab_stats stats;
	size_t n_taken = 0;

	/* Big superslabs first, so that the next one would not fit. */
	for (unsigned i = 0; i < 64; i++)
		CHECK(hak_superslab_take(HAK_RUN_MAX / HAK_SLICE_SIZE, HAK_SLICE_SIZE, &slices));
	do
		CHECK(hak_superslab_take(1, HAK_SLICE_SIZE, &slices));
	while (hak_superslab_stats_get(&stats), stats.used < stats.mapped);

	CHECK(getrlimit(RLIMIT_AS, &limit) == 0);
	limit.rlim_cur = vm_size() + ROOM;
	if (setrlimit(RLIMIT_AS, &limit) != 0)
		UNSUPPORTED_BECAUSE("no limit on addresses can be set");
	while (n_taken < 100 && hak_superslab_take(N, MIB(1), &slices)) {
		CHECK((uintptr_t)slices.base % MIB(1) == 0);
		n_taken++;
	}
	/* A third may go to the search for an aligned place, and some to metadata. */
	CHECK(n_taken >= ROOM / MIB(1) / 3, "%zu MiB of %zu", n_taken, ROOM / MIB(1));
	CHECK(hak_superslab_check() == 0);
	return 0;
}
