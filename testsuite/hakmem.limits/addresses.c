/* SPDX-License-Identifier: MIT */
/* hak-plain: debug: counts memory, of which records take most */
/* hak-link: preload */
/* A program with one malloc has at most 300 MiB more of addresses than without the library. */
#include "limit.h"

static size_t child_size(char **argv, int without)
{
	char text[40] = "";
	int fds[2], status;
	pid_t child;

	CHECK(pipe(fds) == 0);
	child = fork();
	if (child == 0) {
		setenv("UNDER_LIMIT", "1", 1);
		if (without)
			unsetenv("LD_PRELOAD");
		dup2(fds[1], 1);
		exec_self(argv, environ);
		_exit(9);
	}
	CHECK(waitpid(child, &status, 0) == child && status == 0);
	CHECK(read(fds[0], text, sizeof(text) - 1) > 0);
	close(fds[0]);
	close(fds[1]);
	return strtoul(text, NULL, 10);
}

int main(int argc, char **argv)
{
	size_t with, without;

	(void)argc;
	if (getenv("UNDER_LIMIT")) {
		CHECK(hide(malloc(100)));
		dprintf(1, "%zu\n", vm_size());
		return 0;
	}
	with = child_size(argv, 0);
	without = child_size(argv, 1);
	CHECK(with <= without + MIB(300), "%zu with, %zu without", with, without);
	return 0;
}
