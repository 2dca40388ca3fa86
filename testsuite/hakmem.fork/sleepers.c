/* SPDX-License-Identifier: MIT */
/* hak-link: preload */
/* hak-conf: purge_delay:5 */
/* hak-timeout: 120 */
/*
 * Threads that have just slept fork while others empty the caches of sleepers, theirs perhaps: the children's heaps work,
 * and in the children the caches of sleepers are emptied again.
 */
#include "child.h"

#define N_SLEEPERS 3
#define N_FORKERS 3
#define N_FORKS 80

static void sleep_for(unsigned us)
{
	struct timespec t = { 0, (long)us * 1000 };

	nanosleep(&t, NULL);
}

static void fill_cache(void)
{
	void *p[120];
	size_t i;

	for (i = 0; i < N_OF(p); i++) {
		p[i] = malloc(1000);
		CHECK(p[i]);
		fill(p[i], 1000, i);
	}
	for (i = 0; i < N_OF(p); i++) {
		CHECK(filled(p[i], 1000, i) == 1000);
		free(p[i]);
	}
}

static void *sleeper(void *arg_)
{
	uint64_t random = (size_t)arg_ + 1;

	while (!__atomic_load_n(&must_stop, __ATOMIC_RELAXED)) {
		fill_cache();
		sleep_for((unsigned)(rnd(&random) % 2000));
	}
	return NULL;
}

static void *trim(void *unused)
{
	while (!__atomic_load_n(&must_stop, __ATOMIC_RELAXED)) {
		malloc_trim(0);
		sleep_for(20);
	}
	return unused;
}

static void run_child(void)
{
	pthread_t threads[2];

	alarm(CHILD_SECONDS);
	fill_cache();
	CHECK(pthread_create(&threads[0], NULL, sleeper, NULL) == 0);
	CHECK(pthread_create(&threads[1], NULL, trim, NULL) == 0);
	use_heap(1);
	sleep_for(500);
	fill_cache();
	stop_churn(threads, N_OF(threads));
	_exit(0);
}

static void *forker(void *arg_)
{
	uint64_t random = (size_t)arg_ + 1;
	size_t i;

	for (i = 0; i < N_FORKS; i++) {
		pid_t pid;

		fill_cache();
		sleep_for((unsigned)(rnd(&random) % 300));
		pid = fork();
		if (pid == 0)
			run_child();
		wait_child(pid);
	}
	return NULL;
}

int main(void)
{
	pthread_t others[N_SLEEPERS + 1], forkers[N_FORKERS];
	size_t i;

	for (i = 0; i <= N_SLEEPERS; i++)
		CHECK(pthread_create(&others[i], NULL, i ? sleeper : trim, (void *)i) == 0);
	for (i = 0; i < N_FORKERS; i++)
		CHECK(pthread_create(&forkers[i], NULL, forker, (void *)i) == 0);
	for (i = 0; i < N_FORKERS; i++)
		pthread_join(forkers[i], NULL);
	stop_churn(others, N_OF(others));
	return 0;
}
