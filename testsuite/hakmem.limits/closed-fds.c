/* SPDX-License-Identifier: MIT */
/* hak-link: preload */
/* Started with every file descriptor closed, and all closed again later: works, opens none. */
#include "limit.h"

int main(int argc, char **argv)
{
	int fd, i, status;
	pid_t child;

	(void)argc;
	if (!getenv("UNDER_LIMIT")) {
		CHECK(setenv("UNDER_LIMIT", "1", 1) == 0);
		child = fork();
		if (child == 0) {
			for (fd = 0; fd < 1024; fd++)
				close(fd);
			exec_self(argv, environ);
			_exit(9);
		}
		CHECK(waitpid(child, &status, 0) == child);
		CHECK(status == 0, "wait status %#x", (unsigned)status);
		return 0;
	}
	for (i = 0; i < 20000; i++)
		free(hide(malloc((size_t)i * 20)));
	malloc_trim(0);
	if (mallinfo2().arena == 0)
		return 2;
	/* The next descriptor is the first one. */
	if (open("/dev/null", O_RDONLY) != 0)
		return 3;
	for (fd = 0; fd < 1024; fd++)
		close(fd);
	for (i = 0; i < 20000; i++)
		free(hide(malloc((size_t)i * 20)));
	return 0;
}
