/* SPDX-License-Identifier: MIT */
/*
 * What hakmem-run --tell-faults preloads after the library: a handler of SIGSEGV that says on standard error what is known of
 * the address, and then lets the program end as it would without. A program that installs one of its own replaces this one.
 */
#ifndef _GNU_SOURCE
#define _GNU_SOURCE 1
#endif
#include <errno.h>
#include <signal.h>
#include <stddef.h>
#include <ucontext.h>
#include <unistd.h>

#include "hakmem.h"

/* If ld.so preloaded this but not the library, nothing is known. */
#pragma weak hakmem_fault_write

/* Where the program was, if we know how this machine says it. */
static const void *site_of(const ucontext_t *context)
{
#if defined(__x86_64__)
	return (const void *)context->uc_mcontext.gregs[REG_RIP];
#elif defined(__i386__)
	return (const void *)context->uc_mcontext.gregs[REG_EIP];
#elif defined(__aarch64__)
	return (const void *)context->uc_mcontext.pc;
#elif defined(__riscv)
	return (const void *)context->uc_mcontext.__gregs[REG_PC];
#else
	(void)context;
	return NULL;
#endif
}

static void tell(int number, siginfo_t *info, void *context)
{
	int saved = errno;

	if (info->si_code > 0)
		hakmem_fault_write(STDERR_FILENO, info->si_addr, site_of(context));
	signal(number, SIG_DFL);
	/* A fault comes again when this returns; a signal that was sent does not. */
	if (info->si_code <= 0)
		raise(number);
	errno = saved;
}

static void __attribute__((constructor)) install(void)
{
	struct sigaction action = { .sa_sigaction = tell, .sa_flags = SA_SIGINFO | SA_ONSTACK }, old;

	sigemptyset(&action.sa_mask);
	if (&hakmem_fault_write != NULL && sigaction(SIGSEGV, NULL, &old) == 0 && old.sa_handler == SIG_DFL)
		sigaction(SIGSEGV, &action, NULL);
}
