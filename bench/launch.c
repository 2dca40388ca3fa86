/* SPDX-License-Identifier: MIT */
/*
 * launch: runs a program and writes what it used to a file, as one JSON line. It exists because the
 * kernel's peak of a child (ru_maxrss) is never below that of the process that forked it: this one is
 * as small as can be. The NAME=VALUE words are added to the program's environment, not to this one's.
 * Exits as the program does, or with 128 + the signal's number.
 */
#include "bench.h"
#include <sys/wait.h>

int main(int argc, char **argv)
{
	struct bench b;
	struct rusage ru;
	uint64_t t0, t1;
	FILE *out;
	pid_t pid;
	int i, status;

	memset(&b, 0, sizeof(b));
	b.name = "launch";
	b.usage = "FILE [NAME=VALUE...] -- PROGRAM [ARGUMENTS...]";
	for (i = 2; i < argc && strcmp(argv[i], "--") != 0; i++)
		if (!strchr(argv[i], '='))
			bench_usage(&b);
	if (i + 1 >= argc)
		bench_usage(&b);

	t0 = bench_now();
	pid = fork();
	if (pid < 0)
		bench_die(&b, "cannot fork");
	if (pid == 0) {
		for (int k = 2; k < i; k++)
			putenv(argv[k]);
		execvp(argv[i + 1], argv + i + 1);
		bench_die(&b, "cannot run %s: %s", argv[i + 1], strerror(errno));
	}
	while (wait4(pid, &status, 0, &ru) < 0)
		if (errno != EINTR)
			bench_die(&b, "cannot wait");
	t1 = bench_now();

	out = fopen(argv[1], "w");
	if (!out)
		bench_die(&b, "cannot write %s", argv[1]);
	fprintf(out, "{\"wall\":%.6f,\"user\":%.6f,\"sys\":%.6f,\"peak_kib\":%ld,\"minor_faults\":%ld,"
		"\"major_faults\":%ld,\"switches\":%ld,\"exit\":%d,\"signal\":%d,\"pid\":%d}\n",
		1e-9 * (double)(t1 - t0), (double)ru.ru_utime.tv_sec + 1e-6 * (double)ru.ru_utime.tv_usec,
		(double)ru.ru_stime.tv_sec + 1e-6 * (double)ru.ru_stime.tv_usec, ru.ru_maxrss, ru.ru_minflt,
		ru.ru_majflt, ru.ru_nivcsw, WIFEXITED(status) ? WEXITSTATUS(status) : 0,
		WIFSIGNALED(status) ? WTERMSIG(status) : 0, (int)pid);
	if (fclose(out))
		bench_die(&b, "cannot write %s", argv[1]);
	return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
}
