/* SPDX-License-Identifier: MIT */
/* hak-link: shared */
/* hak-conf: profile:hardened,on_error:report */
/* hak-opt: -O2 */
/* hak-stderr: ^hakmem: free\(0x[0-9a-f]+\): (double free|not a block of ours) \(class [a-z]+, thread [0-9]+\)$ */
/* hak-timeout: 120 */
/* Two threads free one block with a mapping of its own at the same moment, often: one of them is told, and neither looks at the
 * block after the other has made it inaccessible. */
#include "check.h"
#include <hakmem.h>
#include <pthread.h>

#define N_RACES 20000

static void *block;
static unsigned n_ready;

/* Both threads leave it within nanoseconds if each has a processor, and soon in any case. */
static void meet(unsigned nth)
{
	__atomic_add_fetch(&n_ready, 1, __ATOMIC_ACQ_REL);
	for (unsigned i = 0; __atomic_load_n(&n_ready, __ATOMIC_ACQUIRE) < 2 * nth; i++)
		if (i > 1000)
			sched_yield();
}

static void *race(void *is_first)
{
	for (unsigned nth = 0; nth < 2 * N_RACES;) {
		if (is_first != NULL)
			CHECK(block = malloc(70000));
		meet(++nth);
		free(hide(block));
		meet(++nth);
	}
	return NULL;
}

int main(void)
{
	struct hakmem_stats stats;
	pthread_t thread;

	CHECK(pthread_create(&thread, NULL, race, NULL) == 0);
	race(&thread);
	CHECK(pthread_join(thread, NULL) == 0);
	CHECK(hakmem_stats_get(&stats, sizeof(stats)) == sizeof(stats) && stats.n_errors == N_RACES, "%llu",
		(unsigned long long)stats.n_errors);
	CHECK(hakmem_check() == 0);
	return 0;
}
