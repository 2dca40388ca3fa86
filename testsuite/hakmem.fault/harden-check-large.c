/* SPDX-License-Identifier: MIT */
/* hak-link: shared */
/* hak-conf: profile:hardened */
/* hak-opt: -O2 */
/* hak-timeout: 120 */
/* hakmem_check() looks at the ends of large blocks while other threads allocate, resize and free them, in signal handlers too: it
 * finds nothing, and touches none that is gone. */
#include "check.h"
#include <hakmem.h>
#include <pthread.h>
#include <signal.h>

#define N_THREADS 3

static unsigned n_done;

static void in_handler(int signo)
{
	(void)signo;
	free(hide(malloc(80000)));
}

static void *use(void *seed)
{
	uint64_t random = (uintptr_t)seed;
	unsigned char *p[8] = { NULL };
	struct timespec end, now;

	clock_gettime(CLOCK_MONOTONIC, &end);
	do {
		size_t i = rnd(&random) % N_OF(p), size = 66000 + rnd(&random) % 9 * 1000, kind = rnd(&random) % 8;

		if (kind < 5) {
			CHECK(p[i] = realloc(p[i], size));
			p[i][0] = p[i][size - 1] = 1;
		} else {
			free(p[i]);
			p[i] = NULL;
		}
		if (kind == 6)
			pthread_kill(pthread_self(), SIGUSR1);
		clock_gettime(CLOCK_MONOTONIC, &now);
	} while (now.tv_sec - end.tv_sec < 4);
	for (size_t i = 0; i < N_OF(p); i++)
		free(p[i]);
	__atomic_add_fetch(&n_done, 1, __ATOMIC_RELAXED);
	return NULL;
}

static void *send(void *threads)
{
	struct timespec pause = { 0, 20000 };

	for (size_t i = 0; __atomic_load_n(&n_done, __ATOMIC_RELAXED) == 0; i++) {
		pthread_kill(((pthread_t *)threads)[i % N_THREADS], SIGUSR1);
		nanosleep(&pause, NULL);
	}
	return NULL;
}

int main(void)
{
	struct sigaction action = { .sa_handler = in_handler, .sa_flags = SA_RESTART };
	pthread_t thread[N_THREADS], sender;
	size_t i, n = 0;

	CHECK(sigaction(SIGUSR1, &action, NULL) == 0);
	for (i = 0; i < N_THREADS; i++)
		CHECK(pthread_create(&thread[i], NULL, use, (void *)(i + 1)) == 0);
	CHECK(pthread_create(&sender, NULL, send, thread) == 0);
	for (; __atomic_load_n(&n_done, __ATOMIC_RELAXED) < N_THREADS; n++)
		CHECK(hakmem_check() == 0, "check %zu", n);
	printf("%zu checks\n", n);
	CHECK(pthread_join(sender, NULL) == 0);
	for (i = 0; i < N_THREADS; i++)
		CHECK(pthread_join(thread[i], NULL) == 0);
	return 0;
}
