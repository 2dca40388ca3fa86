/* SPDX-License-Identifier: MIT */
/* hak-link: preload */
/*
 * A thread frees a block twice, and another one trims. The SIGABRT handler, wherever it runs, allocates in every tier,
 * waits for a third thread and for the heap's other users to do the same, and trims: nothing is locked.
 */
/* hak-exit: 42 */
/* hak-timeout: 20 */
/* hak-stderr: ^hakmem: free\(0x[0-9a-f]+\): double free */
#include "check.h"
#include <pthread.h>

#define N 4000

static int must_go_on, n_done;
static pthread_t sleeper_thread;

static void use_all(size_t n)
{
	static __thread void *p[N];
	size_t i;

	for (i = 0; i < N; i++)
		CHECK((p[i] = malloc(n + i % 3)));
	for (i = 0; i < N; i++)
		free(p[i]);
	for (i = 0; i < N_OF(tier_sizes); i++)
		free(hide(malloc(tier_sizes[i])));
}

static void handler(int number)
{
	int n_others = pthread_equal(pthread_self(), sleeper_thread) ? 1 : 2;

	(void)number;
	use_all(1000);
	use_all(512);
	__atomic_store_n(&must_go_on, 1, __ATOMIC_SEQ_CST);
	while (__atomic_load_n(&n_done, __ATOMIC_SEQ_CST) < n_others)
		usleep(1000);
	malloc_trim(0);
	use_all(512);
	_exit(42);
}

static void wait_and_go_on(void)
{
	while (!__atomic_load_n(&must_go_on, __ATOMIC_SEQ_CST))
		usleep(1000);
	use_all(1000);
	use_all(512);
	malloc_trim(0);
	__atomic_add_fetch(&n_done, 1, __ATOMIC_SEQ_CST);
}

static void *bystander(void *unused)
{
	use_all(512);
	wait_and_go_on();
	return unused;
}

static void *sleeper(void *unused)
{
	void *p[100];
	size_t i;

	sleeper_thread = pthread_self();
	use_all(1000);
	for (i = 0; i < N_OF(p); i++)
		CHECK((p[i] = malloc(512)));
	for (i = 0; i < N_OF(p); i++)
		free(p[i]);
	free(hide(p[50]));
	wait_and_go_on();
	return unused;
}

int main(void)
{
	pthread_t threads[2];

	signal(SIGABRT, handler);
	CHECK(pthread_create(&threads[0], NULL, bystander, NULL) == 0);
	CHECK(pthread_create(&threads[1], NULL, sleeper, NULL) == 0);
	usleep(300000);
	malloc_trim(0);
	pthread_join(threads[1], NULL);
	return 1;
}
