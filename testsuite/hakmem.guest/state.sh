#!/bin/sh
# SPDX-License-Identifier: MIT
# hak-timeout: 60
# What else a process has is the program's own: its files, signals, limits, environment, scheduling, privileges and
# names are the same with the library as without it, before its work and after it.
. "$srcdir/testsuite/lib/build.sh"
need_override

cat >main.c <<'C'
#include "guest.h"
#include <dirent.h>
#include <sched.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/stat.h>

extern char **environ;

static void print_file(const char *path)
{
	char line[4096];
	FILE *file = fopen(path, "r");

	printf("%s:\n", path);
	while (file && fgets(line, sizeof(line), file)) {
		/* What the system counts is not compared, but what was set is. */
		if (strstr(path, "status") && strncmp(line, "Sig", 3) && strncmp(line, "Shd", 3) &&
		    strncmp(line, "Cap", 3) && strncmp(line, "Name", 4) && strncmp(line, "Threads", 7) &&
		    strncmp(line, "Uid", 3) &&
		    strncmp(line, "Seccomp", 7) && strncmp(line, "NoNewPrivs", 10) && strncmp(line, "Umask", 5) &&
		    strncmp(line, "Cpus_allowed", 12) && strncmp(line, "THP_enabled", 11) && strncmp(line, "VmLck", 5))
			continue;
		if (!strncmp(line, "SigQ", 4))
			continue;
		fputs(line, stdout);
	}
	if (file)
		fclose(file);
}

static void print_state(void)
{
	static const char *const files[] = { "/proc/self/status", "/proc/self/limits", "/proc/self/comm",
		"/proc/self/oom_score_adj", "/proc/self/timerslack_ns", "/proc/self/coredump_filter" };
	char path[300], target[300], line[4096];
	unsigned long named = 0;
	struct sigaction action;
	FILE *maps = fopen("/proc/self/maps", "r");
	size_t i;
	int fd, number;

	for (i = 0; i < N_OF(files); i++)
		print_file(files[i]);
	for (fd = 0; fd < 100; fd++) {
		ssize_t n;

		snprintf(path, sizeof(path), "/proc/self/fd/%d", fd);
		n = readlink(path, target, sizeof(target) - 1);
		if (n > 0 && (!maps || fd != fileno(maps)))
			printf("file %d: %.*s\n", fd, (int)n, target);
	}
	for (number = 1; number < 65; number++)
		if (sigaction(number, NULL, &action) == 0)
			printf("signal %d: %d\n", number, action.sa_handler != SIG_DFL);
	for (i = 0; environ[i]; i++)
		if (strncmp(environ[i], "LD_PRELOAD=", 11))
			printf("environment: %s\n", environ[i]);
	while (maps && fgets(line, sizeof(line), maps))
		named += strstr(line, "[anon") != NULL;
	printf("named mappings: %lu\n", named);
	printf("scheduling: %d %d %d\n", sched_getscheduler(0), getpriority(PRIO_PROCESS, 0), prctl(PR_GET_TIMERSLACK));
	printf("process: %d %d %d %d %ld\n", prctl(PR_GET_DUMPABLE), prctl(PR_GET_THP_DISABLE, 0, 0, 0, 0),
	       prctl(PR_GET_SECCOMP), prctl(PR_GET_KEEPCAPS), (long)getpgrp() - getpid() != 0);
	if (maps)
		fclose(maps);
}

int main(void)
{
	static char buffer[65536];

	setvbuf(stdout, buffer, _IOFBF, sizeof(buffer));
	print_state();
	grow_heap(32);
	be_busy(0.3);
	malloc_trim(0);
	usleep(100000);
	printf("--\n");
	print_state();
	return 0;
}
C
$CC -O2 -fno-builtin -D_GNU_SOURCE -I"$srcdir/testsuite/lib" \
	-I"$srcdir/testsuite/hakmem.guest" -o main main.c ||
	fail 'it does not compile'
./main >plain || fail 'it fails without the library'
LD_PRELOAD=$HAKMEM_LIB ./main >preloaded || fail 'it fails with the library'
sed 's/^file 1: .*/file 1/' plain >plain.txt
sed 's/^file 1: .*/file 1/' preloaded >preloaded.txt
[ "$(wc -l <plain.txt)" -ge 200 ] || fail 'hardly anything to compare' "$(cat plain.txt)"
diff plain.txt preloaded.txt || fail 'the library changes the process'
