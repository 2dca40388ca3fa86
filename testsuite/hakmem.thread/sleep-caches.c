/* SPDX-License-Identifier: MIT */
/* hak-link: preload */
/* hak-conf: purge_delay:100 */
/* hak-timeout: 60 */
/* hak-skip-unless: test -z "$HAK_EMULATOR" # /proc tells of its stacks */
/* 64 threads fill their caches and sleep: within a few steps hakmem-purge has emptied them, and the threads go on. */
#include "sleep.h"

#define N_THREADS 64

static unsigned n_asleep;
static int is_over;

/* Blocks go back to the slabs, too: what wakes hakmem-purge. */
static void make_flushes(void)
{
	void *p[1000];
	size_t round, i;

	for (round = 0; round < 10; round++) {
		for (i = 0; i < N_OF(p); i++)
			CHECK((p[i] = malloc(BLOCK_SIZE)));
		for (i = 0; i < N_OF(p); i++)
			free(p[i]);
	}
}

static void *work(void *unused)
{
	make_flushes();
	fill_cache();
	__atomic_add_fetch(&n_asleep, 1, __ATOMIC_RELEASE);
	while (!__atomic_load_n(&is_over, __ATOMIC_ACQUIRE))
		syscall(SYS_futex, &is_over, 0, 0, NULL, NULL, 0);
	fill_cache();
	return unused;
}

int main(void)
{
	pthread_t threads[N_THREADS];
	size_t i, before, after;
	double end;

	need_purger();
	for (i = 0; i < N_THREADS; i++)
		threads[i] = start(work, NULL);
	while (__atomic_load_n(&n_asleep, __ATOMIC_ACQUIRE) < N_THREADS)
		usleep(1000);
	before = cached();
	end = now() + 20;
	do {
		usleep(100000);
		after = cached();
	} while (after > N_BLOCKS * BLOCK_SIZE && now() < end);
	dprintf(1, "%zu bytes cached, then %zu\n", before, after);
	CHECK(after <= N_BLOCKS * BLOCK_SIZE, "%zu bytes are left in the caches of sleeping threads", after);
	__atomic_store_n(&is_over, 1, __ATOMIC_RELEASE);
	syscall(SYS_futex, &is_over, 1, N_THREADS, NULL, NULL, 0);
	for (i = 0; i < N_THREADS; i++)
		pthread_join(threads[i], NULL);
	return 0;
}
