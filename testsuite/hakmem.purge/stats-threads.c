/* SPDX-License-Identifier: MIT */
/* hak-link: shared */
/* hak-conf: purge_thread:on */
/* hak-timeout: 60 */
/* What the statistics call resident is what the kernel does, within 2 %, with four threads: their blocks mixed, freed
 * by each other, in caches of threads that sleep. */
#define N_THREADS 4

#include "stats.h"

static struct mixed mixed[N_THREADS];
static pthread_barrier_t barrier;

/* A step in which all threads work, then one in which the first one looks. */
static void *work(void *arg_)
{
	size_t number = (size_t)arg_;
	struct mixed *m = &mixed[number];
	size_t round;

	m->random = number + 3;
	for (round = 0; round < 3; round++) {
		churn_mixed(m, 6000);
		pthread_barrier_wait(&barrier);
		if (number == 0)
			check_stats("at work");
		pthread_barrier_wait(&barrier);
		/* Each frees what its neighbour made. */
		m = &mixed[(number + round + 1) % N_THREADS];
	}
	free_mixed(m, 20);
	pthread_barrier_wait(&barrier);
	if (number == 0) {
		check_stats("freed but for one in 20");
		be_idle(4);
		check_stats("at rest");
	}
	pthread_barrier_wait(&barrier);
	return NULL;
}

int main(void)
{
	pthread_t threads[N_THREADS];
	size_t i;

	pthread_barrier_init(&barrier, NULL, N_THREADS);
	for (i = 0; i < N_THREADS; i++)
		CHECK(pthread_create(&threads[i], NULL, work, (void *)i) == 0);
	for (i = 0; i < N_THREADS; i++)
		pthread_join(threads[i], NULL);
	check_stats("threads gone");
	hakmem_trim(0);
	check_stats("trimmed");
	return 0;
}
