/* SPDX-License-Identifier: MIT */
/* hak-plain: expects the verdicts of other processes */
/* hak-link: preload */
/* The verdict names the pointer, the class and the thread, in one write to stderr. */
#include "check.h"
#include <sys/resource.h>
#include <sys/syscall.h>
#include <sys/wait.h>

int main(void)
{
	struct rlimit no_core = { 0, 0 };
	char text[1000] = "", wanted[200];
	char *p = hide(malloc(64));
	int fds[2], status;
	ssize_t n;
	pid_t child;

	CHECK(p);
	CHECK(pipe2(fds, O_DIRECT | O_NONBLOCK) == 0); /* a read gives what one write wrote */
	child = fork();
	if (child == 0) {
		setrlimit(RLIMIT_CORE, &no_core);
		dup2(fds[1], 2);
		free(hide(p + 16));
		exit(0);
	}
	CHECK(waitpid(child, &status, 0) == child);
	n = read(fds[0], text, sizeof(text) - 1);
	CHECK(n > 0, "no message");
	snprintf(wanted, sizeof(wanted), "hakmem: free(%p): pointer inside a block (class 64, thread %d)\n",
		 (void *)(p + 16), (int)child);
	CHECK(!strcmp(text, wanted), "said \"%s\", wanted \"%s\"", text, wanted);
	CHECK(read(fds[0], text, sizeof(text)) < 0, "more than one write");
	CHECK(WIFSIGNALED(status) && WTERMSIG(status) == SIGABRT);
	return 0;
}
