/* SPDX-License-Identifier: MIT */
/* A signal at one chosen instruction of a piece of code: the processor traps at each, and the handler counts. */
#ifndef STEPS_H
#define STEPS_H
#include "work.h"
#include <signal.h>
#include <ucontext.h>

#if defined(__x86_64__)
static size_t n_steps, stop_at;
static void (*at_stop)(void);

static void step(int number, siginfo_t *info, void *context)
{
	int error = errno;

	(void)number;
	(void)info;
	if (n_steps++ == stop_at) {
		((ucontext_t *)context)->uc_mcontext.gregs[REG_EFL] &= ~0x100L;
		at_stop();
	}
	errno = error;
}

/* run() at full speed up to its instruction stop, then handler(), then the rest. False when it is shorter. */
UNUSED static int run_stopped(void (*run)(void), size_t stop, void (*handler)(void))
{
	struct sigaction action;

	memset(&action, 0, sizeof(action));
	action.sa_sigaction = step;
	action.sa_flags = SA_SIGINFO | SA_NODEFER;
	CHECK(sigaction(SIGTRAP, &action, NULL) == 0);
	at_stop = handler;
	stop_at = stop;
	n_steps = 0;
	__asm__ volatile("pushfq; orq $0x100, (%%rsp); popfq" : : : "memory", "cc");
	run();
	__asm__ volatile("pushfq; andq $~0x100, (%%rsp); popfq" : : : "memory", "cc");
	return n_steps > stop;
}
#else
#define n_steps ((size_t)0)
UNUSED static int run_stopped(void (*run)(void), size_t stop, void (*handler)(void))
{
	(void)run;
	(void)stop;
	(void)handler;
	UNSUPPORTED_BECAUSE("written for x86-64");
}
#endif

#endif
