/* SPDX-License-Identifier: MIT */
/* hak-timeout: 120 */
/* Slabs of few blocks, released and made anew all the time, so that late announcements meet descriptors that are
 * unused or somebody else's: nothing is lost. */
#include "churn.h"

#define N_THREADS 6

static void run(unsigned idx)
{
	struct hak_cache *c = caches[idx];
	uint64_t state = idx + 1;
	unsigned long n = rounds(300000);

	for (unsigned long round = 0; round < n; round++) {
		/* 16 blocks or so in a slab, and one word in its bitmap: every class shares the pool of descriptors. */
		post(c, take_marked(c, HAK_N_CLASSES - 1 - (unsigned)(rnd(&state) % 16)), &state);
		if (rnd(&state) % 16 == 0) {
			hak_cache_flush_own(c);
			hak_heap_collect_any(c->heap);
		}
	}
}

int main(void)
{
	for (unsigned i = 0; i < N_THREADS; i++)
		make_cache(make_heap());
	run_threads(N_THREADS, run);
	finish(1000);
	return 0;
}
