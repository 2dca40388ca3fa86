/* SPDX-License-Identifier: MIT */
/* What the fork tests share: a child that uses the heap, and a parent that waits for it, not for ever. */
#ifndef CHILD_H
#define CHILD_H
#include "check.h"
#include <pthread.h>
#include <sched.h>
#include <signal.h>
#include <sys/wait.h>

#define CHILD_SECONDS 20 /* a child still there by then hangs */

/* Allocates and frees in every tier up to 1 MiB, contents checked. */
UNUSED static void use_heap(uint64_t seed)
{
	void *p[40] = { NULL };
	size_t n[40] = { 0 }, i, k;

	for (i = 0; i < 200; i++) {
		k = rnd(&seed) % N_OF(p);
		if (p[k])
			CHECK(filled_thin(p[k], n[k], k) == n[k], "in process %d", (int)getpid());
		free(p[k]);
		n[k] = rnd_size(&seed, i % 20 ? 2000 : i % 40 ? 100000 : MIB(1));
		p[k] = malloc(n[k]);
		CHECK(p[k], "in process %d", (int)getpid());
		fill_thin(p[k], n[k], k);
	}
	for (k = 0; k < N_OF(p); k++)
		free(p[k]);
}

UNUSED static void *use_heap_thread(void *seed)
{
	use_heap((size_t)seed + 1);
	return NULL;
}

/* Threads of the child's own. */
UNUSED static void use_threads(size_t n)
{
	pthread_t threads[8];
	size_t i;

	CHECK(n <= N_OF(threads));
	for (i = 0; i < n; i++)
		CHECK(pthread_create(&threads[i], NULL, use_heap_thread, (void *)i) == 0, "in a child");
	for (i = 0; i < n; i++)
		pthread_join(threads[i], NULL);
}

/* Waits for a child that must exit with 0. Its alarm ends it if it hangs. */
UNUSED static void wait_child(pid_t child)
{
	int status;

	CHECK(child > 0, "fork");
	while (waitpid(child, &status, 0) != child)
		CHECK(errno == EINTR);
	CHECK(!(WIFSIGNALED(status) && WTERMSIG(status) == SIGALRM), "child %d hangs", (int)child);
	CHECK(status == 0, "child %d: wait status %#x", (int)child, (unsigned)status);
}

/* Threads that allocate and free, some of them ending and starting anew, until told to stop. */
static int must_stop;
static unsigned char *shared[256];

UNUSED static void *churn(void *arg_)
{
	uint64_t random = (size_t)arg_ + 1;
	unsigned char *p;
	size_t n, i;

	for (i = 0; !__atomic_load_n(&must_stop, __ATOMIC_RELAXED); i++) {
		if (i % 512 == 0)
			usleep(300); /* the cores are few, and the forks want their share */
		n = rnd_size(&random, rnd(&random) % 64 ? 2000 : 300000);
		p = malloc(n + 1);
		CHECK(p);
		memset(p, 0x33, n < 64 ? n : 64);
		p[n < 64 ? n : 64] = 0x33;
		/* What another thread made is freed here. */
		free(__atomic_exchange_n(&shared[rnd(&random) % N_OF(shared)], p, __ATOMIC_ACQ_REL));
	}
	return NULL;
}

UNUSED static void *churn_threads(void *arg_)
{
	size_t seed = (size_t)arg_;
	pthread_t thread;

	while (!__atomic_load_n(&must_stop, __ATOMIC_RELAXED)) {
		CHECK(pthread_create(&thread, NULL, use_heap_thread, (void *)(seed++)) == 0);
		pthread_join(thread, NULL);
	}
	return NULL;
}

UNUSED static void start_churn(pthread_t *threads, size_t n)
{
	size_t i;

	must_stop = 0;
	for (i = 0; i < n; i++)
		CHECK(pthread_create(&threads[i], NULL, i ? churn : churn_threads, (void *)i) == 0);
}

UNUSED static void stop_churn(pthread_t *threads, size_t n)
{
	size_t i;

	__atomic_store_n(&must_stop, 1, __ATOMIC_RELAXED);
	for (i = 0; i < n; i++)
		pthread_join(threads[i], NULL);
}

#endif
