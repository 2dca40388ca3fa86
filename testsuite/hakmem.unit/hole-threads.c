/* SPDX-License-Identifier: MIT */
/* hak-timeout: 120 */
/* Holes go to the system while threads take and free all around them: no page of a block that is alive goes, nothing is
 * handed out twice, and in the end all is there. */
#include "churn.h"
#include "tiny/hole.h"

#define N_THREADS 5

static unsigned n_running = N_THREADS - 1; /* any */
static size_t n_bytes;

static bool is_always(void *unused)
{
	(void)unused;
	return true;
}

static void purge(void)
{
	for (uint64_t now = 1; __atomic_load_n(&n_running, __ATOMIC_ACQUIRE) > 0; now++) {
		n_bytes += hak_hole_purge_any(heaps[now % 2], now, 2, now % 8 == 0, is_always, NULL);
		sched_yield();
	}
}

static void run(unsigned idx)
{
	struct hak_cache *c = caches[idx];
	uint64_t state = idx + 1;
	unsigned long n = rounds(200000);

	if (idx == N_THREADS - 1) {
		purge();
		return;
	}
	for (unsigned long round = 0; round < n; round++) {
		post(c, take_marked(c, 8 * (unsigned)(rnd(&state) % 8) + 23), &state);
		if (rnd(&state) % 64 == 0)
			hak_cache_flush_own(c);
		if (rnd(&state) % 256 == 0)
			hak_heap_collect_any(c->heap);
	}
	__atomic_sub_fetch(&n_running, 1, __ATOMIC_RELEASE);
}

int main(void)
{
	make_heap();
	make_heap();
	for (unsigned i = 0; i < N_THREADS - 1; i++)
		make_cache(heaps[i % 2]);
	run_threads(N_THREADS, run);
	CHECK(n_bytes > MIB(1), "%zu bytes", n_bytes);
	finish(1000);
	return 0;
}
