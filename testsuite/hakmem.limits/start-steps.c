/* SPDX-License-Identifier: MIT */
/* hak-link: preload */
/* hak-timeout: 120 */
/* Started under every RLIMIT_AS from 4 to 96 MiB: ld.so gives up, or the program runs; no crash. */
#include "limit.h"

static int run(void)
{
	size_t i;
	void *p;

	for (i = 0; i < 500; i++) {
		errno_set(0);
		p = malloc(i * 50 + 1);
		CHECK(p || errno_get() == ENOMEM);
		if (p)
			memset(p, 1, i * 50 + 1);
		free(p);
	}
	return 33;
}

int main(int argc, char **argv)
{
	size_t limit, n_run = 0;
	int status;

	(void)argc;
	if (getenv("UNDER_LIMIT"))
		return run();
	for (limit = MIB(4); limit <= MIB(96); limit += KIB(256)) {
		pid_t child = fork();

		CHECK(child >= 0);
		if (child == 0) {
			dup2(open("/dev/null", O_WRONLY), 2);
			restart_under(RLIMIT_AS, limit, argv);
		}
		CHECK(waitpid(child, &status, 0) == child);
		CHECK(WIFEXITED(status) && (WEXITSTATUS(status) == 33 || WEXITSTATUS(status) == 127),
		      "under %zu KiB: wait status %#x", limit / 1024, (unsigned)status);
		n_run += WEXITSTATUS(status) == 33;
	}
	CHECK(n_run > 100, "it ran only %zu times", n_run);
	return 0;
}
