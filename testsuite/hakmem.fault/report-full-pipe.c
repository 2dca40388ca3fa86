/* SPDX-License-Identifier: MIT */
/* hak-link: shared */
/* hak-conf: on_error:report */
/* hak-timeout: 60 */
/* With on_error:report a stderr that takes no more keeps no thread waiting for long, in a signal handler either. */
#include "check.h"
#include <hakmem.h>

static char global[256] __attribute__((aligned(64)));

static NOINLINE void err(void)
{
	free(hide(global));
	__asm__ volatile("");
}

static void handler(int number)
{
	(void)number;
	free(hide(global + 64));
	__asm__ volatile("");
}

int main(void)
{
	struct hakmem_stats stats;
	int fds[2], old = dup(2);
	char kib[1024] = "";
	double start = now();

	CHECK(pipe2(fds, O_NONBLOCK) == 0);
	while (write(fds[1], kib, sizeof(kib)) > 0)
		;
	while (write(fds[1], kib, 1) > 0)
		;
	CHECK(fcntl(fds[1], F_SETFL, 0) == 0); /* from now on a write waits */
	CHECK(dup2(fds[1], 2) == 2);
	alarm(20);
	err();
	signal(SIGUSR1, handler);
	raise(SIGUSR1);
	CHECK(dup2(old, 2) == 2);
	CHECK(now() - start < 10, "%.0f s", now() - start);
	CHECK(hakmem_stats_get(&stats, sizeof(stats)) == sizeof(stats) && stats.n_errors == 2);
	return 0;
}
