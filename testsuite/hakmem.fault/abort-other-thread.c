/* SPDX-License-Identifier: MIT */
/* hak-link: preload */
/* hak-timeout: 60 */
/* hak-stderr: ^hakmem: free\(0x[0-9a-f]+\): not a block of ours */
/* While a SIGABRT handler works, another thread errs: it waits a moment at most, then the process comes to an end,
 * or the handler to a second call. */
#include "check.h"
#include <pthread.h>
#include <sys/wait.h>

static char global[256] __attribute__((aligned(64)));
static int n_handled;

static void *err_second(void *unused)
{
	while (!__atomic_load_n(&n_handled, __ATOMIC_ACQUIRE))
		usleep(1000);
	free(hide(global + 64));
	return unused;
}

static void handler(int number)
{
	(void)number;
	if (__atomic_add_fetch(&n_handled, 1, __ATOMIC_ACQ_REL) == 2)
		_exit(42);
	for (;;)
		pause();
}

static void err_in_two_threads(void)
{
	pthread_t thread;

	alarm(30);
	signal(SIGABRT, handler);
	CHECK(pthread_create(&thread, NULL, err_second, NULL) == 0);
	free(hide(global));
	_exit(1);
}

int main(void)
{
	double start = now();
	int status;
	pid_t child = fork();

	if (child == 0)
		err_in_two_threads();
	CHECK(waitpid(child, &status, 0) == child);
	CHECK((WIFSIGNALED(status) && WTERMSIG(status) == SIGABRT) || (WIFEXITED(status) && WEXITSTATUS(status) == 42),
	      "wait status %#x", (unsigned)status);
	CHECK(now() - start < 6, "it took %.1f s", now() - start);
	return 0;
}
