/* SPDX-License-Identifier: MIT */
/* System calls that always fail, or kill, from here on, also in programs started later. */
#ifndef FILTER_H
#define FILTER_H
#include "check.h"
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <sys/prctl.h>
#include <sys/syscall.h>

/* Some calls get one action, all others the other one. */
UNUSED static void filter_apart(const int *calls, size_t n_calls, unsigned action, unsigned other)
{
	struct sock_filter code[64];
	struct sock_fprog program = { 0, code };
	size_t i, n = 0;

	CHECK(n_calls + 3 <= N_OF(code));
	code[n++] = (struct sock_filter)BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, nr));
	for (i = 0; i < n_calls; i++)
		code[n++] = (struct sock_filter)BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, (unsigned)calls[i],
							 (unsigned char)(n_calls - i), 0);
	code[n++] = (struct sock_filter)BPF_STMT(BPF_RET | BPF_K, other);
	code[n++] = (struct sock_filter)BPF_STMT(BPF_RET | BPF_K, action);
	program.len = (unsigned short)n;
	CHECK(prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) == 0);
	if (prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &program, 0, 0))
		UNSUPPORTED_BECAUSE("no seccomp here: %s", strerror(errno));
}

UNUSED static void filter_to(const int *calls, size_t n_calls, unsigned action)
{
	filter_apart(calls, n_calls, action, SECCOMP_RET_ALLOW);
}

/* These calls alone; any other one gets the action. */
UNUSED static void filter_all_but(const int *calls, size_t n_calls, unsigned action)
{
	filter_apart(calls, n_calls, SECCOMP_RET_ALLOW, action);
}

UNUSED static void filter_calls(const int *calls, size_t n_calls, int error)
{
	filter_to(calls, n_calls, SECCOMP_RET_ERRNO | (unsigned)error);
}

#endif
