/* SPDX-License-Identifier: MIT */
/* hak-link: preload */
/* While one thread's SIGABRT handler takes its time, another thread's fault waits for it a moment only, and is told. */
/* hak-exit: 42 */
/* hak-timeout: 8 */
/* hak-stderr: ^hakmem: free\(0x[0-9a-f]+\): not a block of ours */
/* hak-stderr: ^hakmem: realloc\(0x[0-9a-f]+\): not a block of ours */
#include "check.h"
#include <pthread.h>
#include <signal.h>

static char global[64] __attribute__((aligned(64)));
static volatile sig_atomic_t n_calls;

static void handler(int number)
{
	(void)number;
	if (n_calls++ > 0)
		_exit(42);
	sleep(60);
}

static void *commit(void *p)
{
	free(hide(global));
	return p;
}

int main(void)
{
	pthread_t thread;

	signal(SIGABRT, handler);
	CHECK(pthread_create(&thread, NULL, commit, NULL) == 0);
	while (n_calls == 0)
		usleep(1000);
	return realloc(hide(global), 100) != NULL;
}
