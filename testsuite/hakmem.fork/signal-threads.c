/* SPDX-License-Identifier: MIT */
/* hak-link: preload */
/* hak-timeout: 120 */
/* Signal handlers that interrupted the allocator fork in several threads that pass blocks around. */
#include "child.h"

#define N_THREADS 3

static int n_forks;

static void handler(int number)
{
	int error = errno;
	pid_t pid;

	(void)number;
	pid = fork();
	if (pid == 0) {
		alarm(CHILD_SECONDS);
		use_heap(7);
		use_threads(1);
		_exit(0);
	}
	wait_child(pid);
	__atomic_add_fetch(&n_forks, 1, __ATOMIC_RELAXED);
	errno = error;
}

int main(int argc, char **argv)
{
	int n_wanted = (int)arg(argc, argv, 1, 500);
	struct sigaction action;
	pthread_t threads[N_THREADS];
	size_t i = 0;

	memset(&action, 0, sizeof(action));
	action.sa_handler = handler;
	action.sa_flags = SA_RESTART;
	CHECK(sigaction(SIGUSR1, &action, NULL) == 0);
	must_stop = 0;
	for (i = 0; i < N_THREADS; i++)
		CHECK(pthread_create(&threads[i], NULL, churn, (void *)i) == 0);
	while (__atomic_load_n(&n_forks, __ATOMIC_RELAXED) < n_wanted) {
		pthread_kill(threads[i++ % N_THREADS], SIGUSR1);
		usleep(1500);
	}
	stop_churn(threads, N_THREADS);
	return 0;
}
