/* SPDX-License-Identifier: MIT */
/* What the tests behind a filter that kills share: the calls that an allocator may make, and a process that makes no
 * others but those of the test. */
#ifndef SANDBOX_H
#define SANDBOX_H
#include "guest.h"
#include "../hakmem.limits/filter.h"
#include <sys/wait.h>

/* What an allocator may call, and what ends the process or says why (dprintf). The clock is there for machines on which
 * the vDSO cannot tell the time. */
#define CALLS_ALLOWED SYS_mmap, SYS_munmap, SYS_mremap, SYS_madvise, SYS_futex, SYS_clock_gettime, \
	SYS_write, SYS_lseek, SYS_newfstatat, SYS_exit_group

static void tell_call(int number, siginfo_t *info, void *context)
{
	char line[64]; /* dprintf() allocates */
	int n = snprintf(line, sizeof(line), "system call %d\n", info->si_syscall);

	(void)number;
	(void)context;
	_exit(write(2, line, (size_t)n) == n);
}

UNUSED static int run_filtered(void (*work)(void), const int *calls, size_t n_calls, unsigned action)
{
	pid_t child = fork();
	int status;

	CHECK(child >= 0);
	if (child == 0) {
		filter_all_but(calls, n_calls, action);
		work();
		_exit(0);
	}
	CHECK(waitpid(child, &status, 0) == child);
	return status;
}

/* work() behind the filter, in a child. If it is killed: once more, to learn for which call. */
UNUSED static void check_filtered(const char *what, void (*work)(void), const int *calls, size_t n_calls)
{
	int status = run_filtered(work, calls, n_calls, SECCOMP_RET_KILL_PROCESS);
	struct sigaction action;

	if (WIFEXITED(status) && WEXITSTATUS(status) == UNSUPPORTED)
		exit(UNSUPPORTED);
	if (WIFSIGNALED(status) && WTERMSIG(status) == SIGSYS) {
		memset(&action, 0, sizeof(action));
		action.sa_sigaction = tell_call;
		action.sa_flags = SA_SIGINFO;
		CHECK(sigaction(SIGSYS, &action, NULL) == 0);
		run_filtered(work, calls, n_calls, SECCOMP_RET_TRAP);
	}
	CHECK(status == 0, "%s: wait status %#x", what, (unsigned)status);
}

#endif
