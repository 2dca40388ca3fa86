/* SPDX-License-Identifier: MIT */
/* hak-link: preload */
/* A thread frees a block twice and sleeps. The program's own SIGABRT handler runs, on a thread of the program's, and
 * may do there what it does elsewhere: allocate, ask who it is, and look at its stack. */
/* hak-exit: 42 */
/* hak-timeout: 30 */
/* hak-stderr: ^hakmem: free\(0x[0-9a-f]+\): double free */
#include "check.h"
#include <pthread.h>
#ifdef __GLIBC__
#include <execinfo.h>
#endif

static pthread_t threads[2];
static pid_t tids[2];

static void look_at_stack(void)
{
#ifdef __GLIBC__
	void *stack[32];
	int n = backtrace(stack, 32);

	CHECK(n > 0);
	backtrace_symbols_fd(stack, n, 1);
#endif
}

static void handler(int number)
{
	pid_t me = (pid_t)syscall(SYS_gettid);
	size_t i;
	void *p;

	(void)number;
	for (i = 0; i < 2 && tids[i] != me; i++)
		;
	CHECK(i < 2, "thread %d is none of the program's", (int)me);
	CHECK(pthread_equal(threads[i], pthread_self()), "it is not itself");
	for (i = 0; i < 2000; i++) {
		p = hide(malloc(i * 20));
		CHECK(p);
		free(p);
	}
	look_at_stack();
	_exit(42);
}

static void *work(void *unused)
{
	static void *p[4000];
	size_t round, i;

	tids[1] = (pid_t)syscall(SYS_gettid);
	for (round = 0; round < 3; round++) {
		for (i = 0; i < N_OF(p); i++)
			CHECK((p[i] = malloc(1000)));
		for (i = 0; i < N_OF(p); i++)
			free(p[i]);
	}
	for (i = 0; i < 100; i++)
		CHECK((p[i] = malloc(512)));
	for (i = 0; i < 100; i++)
		free(p[i]);
	free(hide(p[50]));
	sleep(10);
	return unused;
}

int main(void)
{
	void *big[64];
	size_t i;

	look_at_stack(); /* what it loads is there */
	tids[0] = (pid_t)syscall(SYS_gettid);
	threads[0] = pthread_self();
	signal(SIGABRT, handler);
	for (i = 0; i < N_OF(big); i++) {
		CHECK((big[i] = malloc(60000)));
		memset(big[i], 1, 60000);
	}
	for (i = 0; i < N_OF(big); i++)
		free(big[i]);
	CHECK(pthread_create(&threads[1], NULL, work, NULL) == 0);
	pthread_join(threads[1], NULL);
	return 1;
}
