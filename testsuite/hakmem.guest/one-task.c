/* SPDX-License-Identifier: MIT */
/* hak-link: preload */
/* A program with one thread is a process with one task: under load, after it, in a child, and after malloc_trim(). */
#include "guest.h"
#include <sys/wait.h>

static void check_alone(const char *when)
{
	CHECK(n_tasks() == 1, "%zu tasks %s", n_tasks(), when);
}

static void work(void)
{
	size_t i;

	for (i = 0; i < 4; i++) {
		grow_heap(16);
		check_alone("while it grows");
		be_busy(0.1);
		check_alone("under load");
	}
	malloc_trim(0);
	usleep(100000);
	check_alone("after malloc_trim()");
}

int main(void)
{
	int status;
	pid_t child;

	if (is_emulated() || n_tasks() == 0)
		UNSUPPORTED_BECAUSE("/proc does not tell of this process");
	check_alone("at the start");
	work();
	child = fork();
	if (child == 0) {
		work();
		_exit(0);
	}
	CHECK(waitpid(child, &status, 0) == child && status == 0, "child: wait status %#x", (unsigned)status);
	check_alone("after a fork");
	return 0;
}
