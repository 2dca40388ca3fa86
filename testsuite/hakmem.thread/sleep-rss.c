/* SPDX-License-Identifier: MIT */
/* hak-link: preload */
/* hak-timeout: 90 */
/* hak-skip-unless: test -z "$HAK_EMULATOR" # /proc tells of its stacks */
/* 64 threads allocate 300,000 blocks of 700 to 2,100 bytes, free them all and sleep: 12 MiB stay resident, at most. */
#include "sleep.h"

#define N_THREADS 64
#define N_ALL 300000
#define GOAL MIB(12)

static void *p[N_ALL];
static unsigned n_asleep;

static void *work(void *arg_)
{
	static const size_t sizes[] = { 700, 1400, 2100 };
	size_t i;

	for (i = (size_t)arg_; i < N_ALL; i += N_THREADS) {
		p[i] = malloc(sizes[i % 3]);
		CHECK(p[i]);
		memset(p[i], 1, sizes[i % 3]);
	}
	for (i = (size_t)arg_; i < N_ALL; i += N_THREADS)
		free(p[i]);
	__atomic_add_fetch(&n_asleep, 1, __ATOMIC_RELEASE);
	pause();
	return NULL;
}

int main(void)
{
	double end;
	size_t i;

	need_purger();
	for (i = 0; i < N_THREADS; i++)
		start(work, (void *)i);
	while (__atomic_load_n(&n_asleep, __ATOMIC_ACQUIRE) < N_THREADS)
		usleep(1000);
	end = now() + 30;
	while (rss() > GOAL && now() < end)
		usleep(100000);
	CHECK(rss() <= GOAL, "%zu bytes are resident", rss());
	return 0;
}
