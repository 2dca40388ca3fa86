/* SPDX-License-Identifier: MIT */
/* hak-plain: expects sizes of classes */
/* hak-link: shared */
/* hak-conf: limit_hard:256M */
/* hak-timeout: 120 */
/* Many threads run into limit_hard at once: together they never hold more, every one survives, and what one of them
 * freed another can have. */
#include "hard.h"
#include <pthread.h>

#define N_THREADS 16

static pthread_barrier_t barrier;

static void check_held(void)
{
	size_t resident = rss();

	/* Not what is held: that counts the untouched ends of runs that others free, until they are purged. */
	CHECK(resident <= MIB(268), "%zu resident, %zu held", resident, (size_t)stats_now().held);
}

static void *work(void *arg)
{
	size_t idx = (size_t)arg;
	uint64_t state = idx + 1;
	struct chain *chain = NULL;
	unsigned round;

	for (round = 0; round < 6; round++) {
		/* All tiny, all runs, all large, then each something else. */
		unsigned kind = round < 3 ? round : (unsigned)(round + idx) % 3;
		size_t n = 0;

		pthread_barrier_wait(&barrier);
		for (;;) {
			size_t size = kind == 0 ? 16 + rnd(&state) % 4000 : kind == 1 ? 70000 + rnd(&state) % 500000 : MIB(5);
			struct chain *p = malloc(size);

			if (!p)
				break;
			p->next = chain;
			chain = p;
			if (n++ % 256 == 0)
				check_held();
		}
		CHECK(errno_get() == ENOMEM);
		check_held();
		pthread_barrier_wait(&barrier);
		free_all(chain);
		chain = NULL;
	}
	return NULL;
}

int main(void)
{
	pthread_t threads[N_THREADS];
	struct chain *chain = NULL;
	size_t i;

	CHECK(pthread_barrier_init(&barrier, NULL, N_THREADS) == 0);
	for (i = 0; i < N_THREADS; i++)
		CHECK(pthread_create(&threads[i], NULL, work, (void *)i) == 0);
	for (i = 0; i < N_THREADS; i++)
		CHECK(pthread_join(threads[i], NULL) == 0);
	/* Whatever they left behind can be had. */
	CHECK(take_all(&chain, malloc, 1000) * 1000 > MIB(240));
	free_all(chain);
	return 0;
}
