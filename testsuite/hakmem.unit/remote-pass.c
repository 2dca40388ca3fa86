/* SPDX-License-Identifier: MIT */
/* hak-timeout: 120 */
/* Blocks freed by threads of other heaps, and of the same one, all come home, each once. */
#include "churn.h"

#define N_THREADS 6
#define N_HEAPS 3

static void run(unsigned idx)
{
	struct hak_cache *c = caches[idx];
	uint64_t state = idx + 1;
	unsigned long n = rounds(1000000);

	for (unsigned long round = 0; round < n; round++) {
		post(c, take_marked(c, (unsigned)(rnd(&state) % 12)), &state);
		if (round % 5000 == 0)
			hak_heap_collect_any(heaps[rnd(&state) % N_HEAPS]); /* whoever comes by */
		if (round % 20000 == 0)
			hak_cache_flush_own(c);
	}
}

int main(void)
{
	for (unsigned i = 0; i < N_HEAPS; i++)
		make_heap();
	for (unsigned i = 0; i < N_THREADS; i++)
		make_cache(heaps[i % N_HEAPS]);
	run_threads(N_THREADS, run);
	finish(1000);
	return 0;
}
