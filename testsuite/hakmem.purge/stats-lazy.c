/* SPDX-License-Identifier: MIT */
/* hak-plain: debug: counts resident bytes */
/* hak-link: shared */
/* hak-conf: purge_lazy:true,purge_thread:on */
/* Memory that is lazily freed counts as lazy and as resident, as the kernel sees it; what is used again of it counts as
 * in use, and calloc() zeroes it. */
#include "stats.h"

#define N 400

static unsigned char *blocks[N];
static struct mixed mixed = { .random = 5 };

int main(void)
{
	struct hakmem_stats s;
	double end;
	size_t i;

	for (i = 0; i < N; i++) {
		blocks[i] = malloc(300000);
		CHECK(blocks[i]);
		memset(blocks[i], 0xff, 300000);
	}
	s = check_stats("in use");
	CHECK(s.lazy == 0);
	for (i = 0; i < N; i++)
		free(blocks[i]);
	end = now() + 8;
	do {
		be_idle(0.2);
		s = check_stats("at rest");
	} while (s.lazy < N * (size_t)290000 && now() < end);
	if (proc_number("/proc/self/smaps_rollup", "LazyFree:") == 0)
		UNSUPPORTED_BECAUSE("this kernel frees nothing lazily now");
	CHECK(s.lazy >= N * (size_t)290000 && s.dirty < MIB(1), "%llu lazy, %llu dirty", (unsigned long long)s.lazy,
	      (unsigned long long)s.dirty);
	for (i = 0; i < N; i++) {
		blocks[i] = calloc(1, 300000);
		CHECK(blocks[i] && zeroed(blocks[i], 300000) == 300000);
		memset(blocks[i], 0xff, 300000);
	}
	s = check_stats("in use again");
	CHECK(s.lazy < MIB(12), "%llu lazy", (unsigned long long)s.lazy);
	for (i = 0; i < N; i++)
		free(blocks[i]);
	be_idle(2.5);
	churn_mixed(&mixed, 6000);
	check_stats("at work among it");
	free_mixed(&mixed, 0);
	be_idle(2.5);
	check_stats("at rest again");
	CHECK(malloc_trim(0) == 1);
	s = check_stats("trimmed");
	CHECK(s.lazy == 0 && s.dirty == 0);
	return 0;
}
