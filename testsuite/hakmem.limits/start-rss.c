/* SPDX-License-Identifier: MIT */
/* hak-link: preload */
/* hak-skip-unless: LD_PRELOAD=$HAKMEM_LIB /bin/true # of the same C library */
/* /bin/true takes at most 300 KiB more resident memory than without the library. */
#include "limit.h"
#include <limits.h>
#include <spawn.h>

extern char **environ;

static long peak_of_true(char **environment)
{
	char *words[] = { (char *)(uintptr_t)"true", NULL };
	struct rusage usage;
	long least = LONG_MAX;
	int i, status;
	pid_t child;

	for (i = 0; i < 20; i++) {
		CHECK(posix_spawn(&child, "/bin/true", NULL, NULL, words, environment) == 0);
		CHECK(wait4(child, &status, 0, &usage) == child && status == 0);
		if (usage.ru_maxrss < least)
			least = usage.ru_maxrss;
	}
	return least;
}

int main(void)
{
	char *nothing[] = { NULL };
	long with = peak_of_true(environ), without = peak_of_true(nothing);

	CHECK(with <= without + 300, "%ld KiB with, %ld KiB without", with, without);
	return 0;
}
