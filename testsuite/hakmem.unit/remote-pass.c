/* SPDX-License-Identifier: MIT */
/* hak-timeout: 120 */
/* Blocks freed by threads that do not own them all come home, each once. */
#include "churn.h"

#define N_THREADS 6

static void run(unsigned idx)
{
	struct hak_heap *h = heaps[idx];
	uint64_t state = idx + 1;
	unsigned long n = rounds(2000000);

	for (unsigned long round = 0; round < n; round++) {
		post(h, take_marked(h, (unsigned)(rnd(&state) % 12)), &state);
		if (round % 5000 == 0)
			hak_remote_collect_own(h);
		if (round % 20000 == 0)
			hak_cache_flush_own(h);
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
