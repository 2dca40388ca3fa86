/* SPDX-License-Identifier: MIT */
/* hak-link: shared */
/* hak-args: 3 */
/* hak-timeout: 60 */
/* Statistics read while threads allocate and end: no crash, no absurd figure; exact afterwards. */
#include "work.h"
#include <hakmem.h>

static double end;
static void *shared[500];

static void *work(void *arg_)
{
	uint64_t random = (size_t)arg_ + 1;
	unsigned long k;

	for (k = 0; k < 3000; k++)
		free(__atomic_exchange_n(&shared[rnd(&random) % N_OF(shared)],
					 malloc(rnd_size(&random, 5000)), __ATOMIC_ACQ_REL));
	return NULL;
}

int main(int argc, char **argv)
{
	struct hakmem_class_stats c;
	struct hakmem_stats s;
	pthread_t threads[4];
	unsigned round = 0, k;
	size_t i;

	end = now() + (double)arg(argc, argv, 1, 3);
	for (i = 0; i < N_OF(threads); i++)
		threads[i] = start(work, (void *)i);
	while (now() < end) {
		CHECK(hakmem_stats_get(&s, sizeof(s)));
		CHECK(s.mapped < MIB(4095) && s.allocated < GIB(1) && s.active < MIB(4095) && s.dirty < MIB(4095),
		      "%llu %llu", (unsigned long long)s.mapped, (unsigned long long)s.allocated);
		CHECK(s.n_threads <= N_OF(threads) + 2);
		for (k = 0; hakmem_class_stats_get(k, &c, sizeof(c)); k++)
			CHECK(c.n_live < 10000000 && c.n_free < 100000000);
		i = ++round % N_OF(threads);
		pthread_join(threads[i], NULL);
		threads[i] = start(work, (void *)(round + i));
	}
	for (i = 0; i < N_OF(threads); i++)
		pthread_join(threads[i], NULL);
	for (i = 0; i < N_OF(shared); i++)
		free(shared[i]);
	CHECK(hakmem_stats_get(&s, sizeof(s)));
	CHECK(s.allocated + s.cached + s.in_flight + s.slab_free == s.active);
	CHECK(s.n_threads == 1, "%llu", (unsigned long long)s.n_threads);
	CHECK(s.allocated < MIB(1), "%llu", (unsigned long long)s.allocated);
	CHECK(hakmem_check() == 0);
	return 0;
}
