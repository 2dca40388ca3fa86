/* SPDX-License-Identifier: MIT */
/* hak-link: preload */
/* hak-conf: on_error:report */
/* hak-timeout: 20 */
/* With on_error:report the program goes on, whatever stderr is: a pipe whose reader has gone brings no SIGPIPE, and takes
 * none away that was there; one that nobody reads is not waited for, in handlers neither. */
#include "check.h"
#include <signal.h>
#include <sys/ioctl.h>

static char global[64] __attribute__((aligned(64)));

static void commit(int number)
{
	(void)number;
	free(hide(global));
	__asm__ volatile("");
	free(hide(global + 16));
	__asm__ volatile("");
	free(hide(realloc(hide(global + 32), 10)));
}

static int is_pending(void)
{
	sigset_t set;

	CHECK(sigpending(&set) == 0);
	return sigismember(&set, SIGPIPE);
}

static void check_broken(void)
{
	int fds[2];
	sigset_t set;

	CHECK(pipe(fds) == 0 && dup2(fds[1], 2) == 2);
	close(fds[0]);
	close(fds[1]);
	commit(0);
	sigemptyset(&set);
	sigaddset(&set, SIGPIPE);
	CHECK(sigprocmask(SIG_BLOCK, NULL, &set) == 0 && !sigismember(&set, SIGPIPE));
	sigaddset(&set, SIGPIPE);
	CHECK(sigprocmask(SIG_BLOCK, &set, NULL) == 0);
	free(hide(global + 1));
	CHECK(!is_pending());
	CHECK(raise(SIGPIPE) == 0 && is_pending());
	free(hide(global + 2));
	CHECK(is_pending());
}

static void check_full(void)
{
	static char filling[4096];
	int fds[2], flags, n;
	double start;

	CHECK(pipe(fds) == 0);
	flags = fcntl(fds[1], F_GETFL);
	CHECK(fcntl(fds[1], F_SETFL, flags | O_NONBLOCK) == 0);
	while (write(fds[1], filling, sizeof filling) > 0)
		;
	CHECK(fcntl(fds[1], F_SETFL, flags) == 0 && dup2(fds[1], 2) == 2);
	start = now();
	signal(SIGUSR1, commit);
	CHECK(raise(SIGUSR1) == 0);
	free(hide(global + 3));
	CHECK(now() - start < 5, "%f seconds", now() - start);
	CHECK(fcntl(fds[1], F_GETFL) == flags);
	/* Somebody reads again. */
	CHECK(ioctl(fds[0], FIONREAD, &n) == 0);
	for (; n > 0; n -= (int)sizeof filling)
		CHECK(read(fds[0], filling, sizeof filling) == sizeof filling);
	free(hide(global + 4));
	CHECK(read(fds[0], filling, sizeof filling) > 0 && memcmp(filling, "hakmem: ", 8) == 0);
}

int main(void)
{
	int old = dup(2);

	check_full();
	check_broken();
	CHECK(dup2(old, 2) == 2);
	return 0;
}
