/* SPDX-License-Identifier: MIT */
/* hak-link: shared */
/* hak-conf: on_error:report */
/* With on_error:report a stderr that nobody reads costs the line, not the process: no SIGPIPE comes, errno stays. */
#include "check.h"
#include <hakmem.h>

static char global[256] __attribute__((aligned(64)));

int main(void)
{
	struct hakmem_stats stats;
	int fds[2], old = dup(2);
	sigset_t pending;

	CHECK(pipe(fds) == 0 && dup2(fds[1], 2) == 2);
	close(fds[0]);
	errno_set(EXDEV);
	free(hide(global));
	CHECK(errno_get() == EXDEV);
	CHECK(dup2(old, 2) == 2);
	CHECK(sigpending(&pending) == 0 && !sigismember(&pending, SIGPIPE));
	CHECK(hakmem_stats_get(&stats, sizeof(stats)) == sizeof(stats) && stats.n_errors == 1);
	/* The program's own writes still meet it. */
	signal(SIGPIPE, SIG_IGN);
	CHECK(write(fds[1], "x", 1) < 0 && errno == EPIPE);
	return 0;
}
