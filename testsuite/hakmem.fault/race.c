/* SPDX-License-Identifier: MIT */
/* hak-link: shared */
/* hak-conf: on_error:report */
/* hak-stderr: ^hakmem: [a-z]+\(0x[0-9a-f]+\): (double free|pointer into a free slab) \(class [a-z0-9]+, thread [0-9]+\)$ */
/* hak-timeout: 120 */
/* Two threads free one block at the same moment, often: each time one of them is told, at the latest when the
 * block would be handed out a second time, and it never is. */
#include "check.h"
#include <hakmem.h>
#include <pthread.h>
#include <stdbool.h>

#define N_TAKEN 4000
#define N_BLOCKS 100 /* raced for, one after the other, between two counts */

static void *blocks[N_BLOCKS];
static size_t size_now; /* 0: it is over */
static unsigned n_ready;

static uint64_t n_errors(void)
{
	struct hakmem_stats stats;

	CHECK(hakmem_stats_get(&stats, sizeof(stats)) == sizeof(stats));
	return stats.n_errors;
}

/* Both threads leave it within nanoseconds if each has a processor, and soon in any case. */
static void meet(unsigned nth)
{
	unsigned i;

	__atomic_add_fetch(&n_ready, 1, __ATOMIC_ACQ_REL);
	for (i = 0; __atomic_load_n(&n_ready, __ATOMIC_ACQUIRE) < 2 * nth; i++)
		if (i > 1000)
			sched_yield();
}

/* Takes so many that all that was raced for is among them, where it is not with the system: no two are one, here
 * or in the other thread. One thread after the other: were the second race as narrow as the first, both could win it. */
static void take_all(size_t size, char **taken, unsigned *nth, bool is_first)
{
	size_t n = MIB(32) / size < N_TAKEN ? MIB(32) / size : N_TAKEN, i;

	if (!is_first)
		meet(++*nth);
	for (i = 0; i < n; i++) {
		CHECK(taken[i] = malloc(size));
		memcpy(taken[i], &taken, sizeof(taken));
		memcpy(taken[i] + sizeof(taken), &i, sizeof(i));
	}
	if (is_first)
		meet(++*nth);
	meet(++*nth);
	for (i = 0; i < n; i++)
		CHECK(!memcmp(taken[i], &taken, sizeof(taken)) && !memcmp(taken[i] + sizeof(taken), &i, sizeof(i)),
		      "a block of %zu bytes was handed out twice", size);
	meet(++*nth);
	for (i = 0; i < n; i++)
		free(taken[i]);
	meet(++*nth);
}

static void race(char **taken, unsigned *nth, bool is_first)
{
	size_t i;

	for (i = 0; i < N_BLOCKS; i++) {
		meet(++*nth);
		free(hide(blocks[i]));
	}
	meet(++*nth);
	take_all(size_now, taken, nth, is_first);
}

static void *other(void *unused)
{
	static char *taken[N_TAKEN];
	unsigned nth = 0;

	(void)unused;
	for (;;) {
		meet(++nth);
		if (size_now == 0)
			return NULL;
		race(taken, &nth, false);
	}
}

int main(void)
{
	static const size_t sizes[] = { 16, 64, 1000, 10000, 100000, MIB(5) };
	static char *taken[N_TAKEN];
	unsigned nth = 0, round;
	uint64_t n_wanted = 0;
	pthread_t thread;
	size_t s, i;

	CHECK(pthread_create(&thread, NULL, other, NULL) == 0);
	for (s = 0; s < N_OF(sizes); s++) {
		for (round = 0; round < (sizes[s] < 5000 ? 20 : 5); round++) {
			for (i = 0; i < N_BLOCKS; i++)
				CHECK(blocks[i] = malloc(sizes[s]));
			size_now = sizes[s];
			meet(++nth);
			race(taken, &nth, true);
			n_wanted += N_BLOCKS;
			CHECK(n_errors() == n_wanted, "%llu of %llu lost races told, size %zu", (unsigned long long)n_errors(),
			      (unsigned long long)n_wanted, sizes[s]);
		}
	}
	size_now = 0;
	meet(++nth);
	pthread_join(thread, NULL);
	CHECK(hakmem_check() == 0);
	return 0;
}
