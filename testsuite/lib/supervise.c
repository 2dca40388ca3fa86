/* SPDX-License-Identifier: MIT */
/*
 * supervise: runs one program for the test frame, on a leash.
 *
 *   supervise [-t SECONDS] [-l LOOK] [-o OUT] [-e ERR] [-s STATUS] [--] PROGRAM [ARG]...
 *
 * When the time is up, a shell runs "LOOK SESSION" before anything is killed.
 * STATUS gets one line on how it ended: "exit N", "signal NAME", "timeout SECONDS" or "error TEXT",
 * and a second one with wall and CPU seconds and peak KiB. Nothing the program started outlives it:
 * it leads a session of its own, and what leaves that session is inherited here and killed.
 * Exits with the program's own code, or 128 + signal; 124 after a timeout, 125 for its own errors.
 */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/time.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

static const struct {
	int number;
	const char *name;
} signal_names[] = {
	{ SIGHUP, "HUP" },   { SIGINT, "INT" },   { SIGQUIT, "QUIT" }, { SIGILL, "ILL" },   { SIGTRAP, "TRAP" },
	{ SIGABRT, "ABRT" }, { SIGBUS, "BUS" },   { SIGFPE, "FPE" },   { SIGKILL, "KILL" }, { SIGUSR1, "USR1" },
	{ SIGSEGV, "SEGV" }, { SIGUSR2, "USR2" }, { SIGPIPE, "PIPE" }, { SIGALRM, "ALRM" }, { SIGTERM, "TERM" },
	{ SIGXCPU, "XCPU" }, { SIGXFSZ, "XFSZ" }, { SIGSYS, "SYS" },
};

static const char *status_path;

static void write_status(const char *line)
{
	FILE *file = status_path ? fopen(status_path, "w") : NULL;

	if (!file)
		return;
	fputs(line, file);
	fclose(file);
}

static _Noreturn void fail(const char *what)
{
	char line[512];

	snprintf(line, sizeof(line), "error %s: %s\n", what, strerror(errno));
	write_status(line);
	fprintf(stderr, "supervise: %s: %s\n", what, strerror(errno));
	exit(125);
}

static void redirect(const char *path, int fd, int flags)
{
	int opened = open(path, flags, 0666);

	if (opened < 0 || dup2(opened, fd) < 0)
		fail(path);
	if (opened != fd)
		close(opened);
}

static double now(void)
{
	struct timespec ts;

	clock_gettime(CLOCK_MONOTONIC, &ts);
	return (double)ts.tv_sec + (double)ts.tv_nsec / 1e9;
}

/* Waits for child itself until the deadline; reaps orphans on the way. 0 when time is up. */
static int wait_child(pid_t child, double deadline, int *status, struct rusage *usage)
{
	sigset_t set;

	sigemptyset(&set);
	sigaddset(&set, SIGCHLD);
	for (;;) {
		double left;
		struct timespec ts;
		pid_t pid = wait4(-1, status, WNOHANG, usage);

		if (pid == child)
			return 1;
		if (pid > 0)
			continue;
		left = deadline - now();
		if (left <= 0)
			return 0;
		ts.tv_sec = (time_t)left;
		ts.tv_nsec = (long)((left - (double)ts.tv_sec) * 1e9);
		sigtimedwait(&set, NULL, &ts);
	}
}

static void run_look(const char *look, pid_t session)
{
	char command[4096];
	int n = snprintf(command, sizeof(command), "%s %ld", look, (long)session);

	if (n < 0 || n >= (int)sizeof(command) || system(command) != 0)
		fprintf(stderr, "supervise: cannot run: %s\n", look);
}

/* Kills children of ours, whatever session they moved to; their children become ours and follow. */
static void kill_rest(pid_t child)
{
	int i;

	kill(-child, SIGKILL);
	for (i = 0; i < 1000; i++) {
		char path[64];
		long pid;
		FILE *file;

		snprintf(path, sizeof(path), "/proc/self/task/%ld/children", (long)getpid());
		file = fopen(path, "r");
		while (file && fscanf(file, "%ld", &pid) == 1)
			kill((pid_t)pid, SIGKILL);
		if (file)
			fclose(file);
		while (waitpid(-1, NULL, WNOHANG) > 0)
			;
		if (waitpid(-1, NULL, WNOHANG) < 0 && errno == ECHILD)
			return;
		usleep(1000);
	}
}

int main(int argc, char **argv)
{
	const char *look = NULL, *out = NULL, *err = NULL;
	char line[256];
	double seconds = 60, start;
	struct rusage usage;
	struct rlimit no_core;
	sigset_t set;
	int option, status = 0, ended, code;
	size_t i;
	pid_t child;

	while ((option = getopt(argc, argv, "+t:l:o:e:s:")) != -1) {
		switch (option) {
		case 't':
			seconds = atof(optarg);
			break;
		case 'l':
			look = optarg;
			break;
		case 'o':
			out = optarg;
			break;
		case 'e':
			err = optarg;
			break;
		case 's':
			status_path = optarg;
			break;
		default:
			return 125;
		}
	}
	if (optind >= argc) {
		fprintf(stderr, "usage: supervise [-t SECONDS] [-l LOOK] [-o OUT] [-e ERR] [-s STATUS] [--] PROGRAM "
				"[ARG]...\n");
		return 125;
	}
	if (prctl(PR_SET_CHILD_SUBREAPER, 1) != 0)
		fail("prctl");
	sigemptyset(&set);
	sigaddset(&set, SIGCHLD);
	sigprocmask(SIG_BLOCK, &set, NULL);
	start = now();
	child = fork();
	if (child < 0)
		fail("fork");
	if (child == 0) {
		sigprocmask(SIG_UNBLOCK, &set, NULL);
		setsid();
		if (getrlimit(RLIMIT_CORE, &no_core) == 0) {
			no_core.rlim_cur = 0;
			setrlimit(RLIMIT_CORE, &no_core);
		}
		redirect("/dev/null", 0, O_RDONLY);
		if (out)
			redirect(out, 1, O_WRONLY | O_CREAT | O_TRUNC);
		if (err)
			redirect(err, 2, O_WRONLY | O_CREAT | O_TRUNC);
		execvp(argv[optind], argv + optind);
		fprintf(stderr, "supervise: %s: %s\n", argv[optind], strerror(errno));
		_exit(127);
	}
	memset(&usage, 0, sizeof(usage));
	ended = wait_child(child, start + seconds, &status, &usage);
	if (!ended) {
		if (look)
			run_look(look, child);
		snprintf(line, sizeof(line), "timeout %g\n", seconds);
		code = 124;
	} else if (WIFEXITED(status)) {
		code = WEXITSTATUS(status);
		snprintf(line, sizeof(line), "exit %d\n", code);
	} else {
		code = 128 + WTERMSIG(status);
		snprintf(line, sizeof(line), "signal %d\n", WTERMSIG(status));
		for (i = 0; i < sizeof(signal_names) / sizeof(signal_names[0]); i++) {
			if (signal_names[i].number == WTERMSIG(status))
				snprintf(line, sizeof(line), "signal %s\n", signal_names[i].name);
		}
	}
	snprintf(line + strlen(line), sizeof(line) - strlen(line), "wall %.3f cpu %.3f peak %ld\n", now() - start,
		 (double)(usage.ru_utime.tv_sec + usage.ru_stime.tv_sec) +
			 (double)(usage.ru_utime.tv_usec + usage.ru_stime.tv_usec) / 1e6,
		 usage.ru_maxrss);
	write_status(line);
	kill_rest(child);
	return code;
}
