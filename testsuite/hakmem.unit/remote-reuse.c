/* SPDX-License-Identifier: MIT */
/* hak-timeout: 120 */
/* Slabs of few blocks, released and made anew all the time, so that late announcements meet descriptors that are
 * unused or somebody else's: nothing is lost. */
#include "churn.h"

#define N_THREADS 6

static void run(unsigned idx)
{
	struct hak_heap *h = heaps[idx];
	uint64_t state = idx + 1;
	unsigned long n = rounds(500000);

	for (unsigned long round = 0; round < n; round++) {
		/* 16 blocks or so in a slab, and one word in its bitmap: every class shares the pool of descriptors. */
		post(h, take_marked(h, HAK_N_CLASSES - 1 - (unsigned)(rnd(&state) % 16)), &state);
		if (rnd(&state) % 16 == 0) {
			hak_remote_collect_own(h);
			hak_cache_flush_own(h);
			hak_slab_release_empty_own(h);
		}
	}
}

int main(void)
{
	for (unsigned i = 0; i < N_THREADS; i++)
		make_heap();
	run_threads(N_THREADS, run);
	finish();
	return 0;
}
