/* SPDX-License-Identifier: MIT */
/* hak-link: preload */
/* hak-timeout: 60 */
/* hak-skip-unless: echo | $CC -dM -E - | grep -q __LP64__ # other machines have other calls */
/* Behind a filter that kills for each call but an allocator's and those by which glibc starts and ends threads and
 * forks, threads work, each with its cache, and end; so do forked children, and threads in these. */
#include "sandbox.h"
#include <pthread.h>

#define N_THREADS 6

/* Stacks of our own: for its own ones glibc needs mprotect(). */
static char stacks[N_THREADS][KIB(128)] __attribute__((aligned(65536)));
static void *passed[N_THREADS][500];

static void *work_in_thread(void *arg_)
{
	size_t me = (size_t)arg_, i, round;

	for (round = 0; round < 20; round++)
		for (i = 0; i < N_OF(passed[0]); i++) {
			size_t n = i % 50 ? i * 13 % 3000 : 70000;
			void *p = malloc(n);

			CHECK(p);
			fill_thin(p, n, i);
			/* What another thread made is freed here. */
			free(__atomic_exchange_n(&passed[(me + round) % N_THREADS][i], p, __ATOMIC_ACQ_REL));
		}
	return NULL;
}

static void use_threads(void)
{
	pthread_t threads[N_THREADS];
	pthread_attr_t attr;
	size_t i, round;

	for (round = 0; round < 5; round++) {
		for (i = 0; i < N_THREADS; i++) {
			pthread_attr_init(&attr);
			CHECK(pthread_attr_setstack(&attr, stacks[i], sizeof(stacks[i])) == 0);
			CHECK(pthread_create(&threads[i], &attr, work_in_thread, (void *)i) == 0);
			pthread_attr_destroy(&attr);
		}
		for (i = 0; i < N_THREADS; i++)
			pthread_join(threads[i], NULL);
	}
}

static void use_threads_and_forks(void)
{
	int status;
	size_t i;
	pid_t child;

	use_threads();
	for (i = 0; i < 5; i++) {
		child = fork();
		CHECK(child >= 0);
		if (child == 0) {
			if (i == 0)
				use_all_tiers();
			use_threads();
			_exit(0);
		}
		CHECK(wait4(child, &status, 0, NULL) == child && status == 0, "child: wait status %#x",
		      (unsigned)status);
	}
	use_threads();
}

int main(void)
{
	static const int calls[] = {
		CALLS_ALLOWED, SYS_clone, SYS_clone3, SYS_rt_sigprocmask, SYS_set_robust_list, SYS_rseq, SYS_exit,
		SYS_wait4,
	};

	use_threads(); /* glibc's first thread installs signal handlers of glibc's */
	check_filtered("with threads", use_threads_and_forks, calls, N_OF(calls));
	grow_heap(16);
	check_filtered("with a heap", use_threads_and_forks, calls, N_OF(calls));
	return 0;
}
