/* SPDX-License-Identifier: MIT */
/* hak-plain: expects the events of runs, refills and flushes */
/* hak-link: preload */
/* With ring:N, the line about a bad free is followed by what every thread did last. */
/* hak-conf: ring:20 */
/* hak-exit: 42 */
/* hak-stderr: ^hakmem: ring: [0-9]+\.[0-9]{9} thread [0-9]+ refill class 320 slots [0-9]+ address 0x[0-9a-f]+$ */
/* hak-stderr: ^hakmem: ring: [0-9]+\.[0-9]{9} thread [0-9]+ run size [0-9]+ address 0x[0-9a-f]+$ */
/* hak-stderr: ^hakmem: ring: [0-9]+\.[0-9]{9} thread [0-9]+ verdict kind 0 address 0x[0-9a-f]+$ */
#include "check.h"
#include <pthread.h>
#include <sys/wait.h>

static void *p;

static void *work(void *unused)
{
	(void)unused;
	CHECK(hide(malloc(300000)));
	return NULL;
}

/* What the child wrote: the line comes first, then the ring, and in it, the verdict. */
static void check_order(const char *text)
{
	const char *line = strstr(text, "hakmem: free("), *ring = strstr(text, "hakmem: ring: ");
	const char *verdict = strstr(text, " verdict kind 0 ");

	CHECK(line == text && ring > line && verdict > ring, "%s", text);
}

int main(void)
{
	char text[65536] = "";
	size_t n = 0;
	ssize_t k;
	int fds[2], status;
	pid_t child;
	pthread_t thread;

	CHECK(pipe(fds) == 0);
	child = fork();
	CHECK(child >= 0);
	if (child == 0) {
		CHECK(dup2(fds[1], 2) == 2);
		CHECK(pthread_create(&thread, NULL, work, NULL) == 0 && pthread_join(thread, NULL) == 0);
		p = hide(malloc(300));
		free(p);
		free(hide(p));
		_exit(1);
	}
	close(fds[1]);
	while ((k = read(fds[0], text + n, sizeof(text) - 1 - n)) > 0)
		n += (size_t)k;
	CHECK(write(2, text, n) == (ssize_t)n);
	CHECK(waitpid(child, &status, 0) == child && WIFSIGNALED(status) && WTERMSIG(status) == SIGABRT);
	check_order(text);
	return 42;
}
