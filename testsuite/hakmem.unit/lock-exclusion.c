/* SPDX-License-Identifier: MIT */
/* A lock excludes, wakes who waits, and ends free. */
#include "threads.h"
#include "os/lock.h"

#define N_THREADS 16

static struct hak_lock locks[2] = { HAK_LOCK(HAK_RANK_SLABS), HAK_LOCK(HAK_RANK_META) };
static unsigned long counters[2]; /* plain: the locks guard them */
static unsigned n_inside[2];
static unsigned long n_rounds;

static void add(unsigned i)
{
	CHECK(n_inside[i]++ == 0);
	counters[i]++;
	CHECK(--n_inside[i] == 0);
}

static void run(unsigned idx)
{
	uint64_t state = idx + 1;

	for (unsigned long round = 0; round < n_rounds; round++) {
		CHECK(hak_lock_take(&locks[0]));
		add(0);
		if (rnd(&state) % 64 == 0)
			usleep(1); /* long enough that others go to sleep */
		if (round % 4 == 0) {
			CHECK(hak_lock_take(&locks[1]));
			add(1);
			hak_lock_give(&locks[1]);
		}
		hak_lock_give(&locks[0]);
		CHECK(hak_lock_take(&locks[1]));
		add(1);
		hak_lock_give(&locks[1]);
	}
}

int main(void)
{
	n_rounds = rounds(8000);
	run_threads(N_THREADS, run);
	CHECK(counters[0] == N_THREADS * n_rounds);
	CHECK(counters[1] == N_THREADS * (n_rounds + (n_rounds + 3) / 4));
	CHECK(locks[0].word == 0 && locks[1].word == 0);
	return 0;
}
