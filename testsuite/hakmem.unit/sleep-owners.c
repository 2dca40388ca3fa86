/* SPDX-License-Identifier: MIT */
/* hak-timeout: 60 */
/*
 * Threads that allocate, free and sleep in turn, while another empties the caches of whoever sleeps: nothing is handed
 * out twice. (Under TSan, which does not know what a sleep orders, it looks and leaves them alone.)
 */
#include "threads.h"
#include "hakmem.h"
#include "thread/decay.h"

#define N_OWNERS 4
#define N_BLOCKS 60
#define SIZE 1500

static unsigned n_running = N_OWNERS; /* any */

static void own(unsigned idx)
{
	uint64_t state = idx + 1;
	uint64_t *p[N_BLOCKS];

	for (unsigned long round = 0; round < rounds(1500); round++) {
		unsigned n = (unsigned)(rnd(&state) % N_BLOCKS);

		for (unsigned i = 0; i < n; i++) {
			p[i] = hakmem_malloc(SIZE);
			CHECK(p[i] != NULL);
			p[i][0] = state + i;
		}
		for (unsigned i = 0; i < n; i++) {
			CHECK(p[i][0] == state + i, "handed out twice");
			hakmem_free(p[i]);
		}
		if (rnd(&state) % 4 == 0)
			usleep((unsigned)(rnd(&state) % 800));
	}
	__atomic_sub_fetch(&n_running, 1, __ATOMIC_RELEASE);
}

static void trim(void)
{
	while (__atomic_load_n(&n_running, __ATOMIC_ACQUIRE) > 0) {
		hak_decay_trim(0, true);
		usleep(50);
	}
}

static void run(unsigned idx)
{
	if (idx < N_OWNERS)
		own(idx);
	else
		trim();
}

int main(void)
{
	run_threads(N_OWNERS + 1, run);
	CHECK(hakmem_check() == 0);
	return 0;
}
