/* SPDX-License-Identifier: MIT */
/* hak-plain: there are no sentries */
/* hak-link: preload */
/* hak-conf: guard_sample:now */
/* hak-timeout: 60 */
/* hak-skip-unless: test -z "$HAK_EMULATOR" # memory that is locked, and addresses that are counted */
/* With sentries, a program's own SIGSEGV handler, on a stack of its own, set before the first allocation or later, gets the
 * address and may go on; with too few addresses for sentries, or with all memory locked, it has all the blocks that it asks for. */
#include "guest.h"
#include <malloc.h>
#include <setjmp.h>
#include <signal.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/wait.h>

#define SIZE 100

static sigjmp_buf out;
static char *volatile fault_at;
static volatile int which;

static void leave(int handler, const siginfo_t *info)
{
	which = handler;
	fault_at = info->si_addr;
	siglongjmp(out, 1);
}

static void first(int number, siginfo_t *info, void *context)
{
	leave(number == SIGSEGV && context ? 1 : 0, info);
}

static void second(int number, siginfo_t *info, void *context)
{
	leave(number == SIGSEGV && context ? 2 : 0, info);
}

static void handle_by(void (*handler)(int, siginfo_t *, void *))
{
	struct sigaction action = { .sa_sigaction = handler, .sa_flags = SA_SIGINFO | SA_ONSTACK };

	CHECK(sigaction(SIGSEGV, &action, NULL) == 0);
}

/* The usable size of a sentry is what was asked for. NULL: none came. */
static char *find_sentry(double seconds)
{
	double end = now() + seconds;
	char *p;
	int i;

	while (now() < end) {
		for (i = 0; i < 100; i++) {
			p = malloc(SIZE);
			CHECK(p);
			if (malloc_usable_size(p) == SIZE)
				return p;
			free(p);
		}
		usleep(1000);
	}
	return NULL;
}

/* Right before, or right behind it. */
static char *edge_of(char *p)
{
	return (uintptr_t)p % (uintptr_t)sysconf(_SC_PAGESIZE) == 0 ? p - 1 : p + (SIZE + 15) / 16 * 16;
}

static void check_fault(char *at, int handler)
{
	which = 0;
	if (sigsetjmp(out, 1) == 0) {
		(void)*(volatile char *)at;
		CHECK(0, "%p can be read", (void *)at);
	}
	CHECK(which == handler && fault_at == at);
}

static void check_sentry(int handler)
{
	char *p = find_sentry(20);

	CHECK(p, "no sentry came");
	check_fault(edge_of(p), handler);
	free(p);
	check_fault(p, handler);
}

static void in_child(void (*check)(void))
{
	pid_t child = fork();
	int status;

	CHECK(child >= 0);
	if (child == 0) {
		check();
		_exit(0);
	}
	CHECK(waitpid(child, &status, 0) == child && status == 0, "a child ended with %#x", (unsigned)status);
}

static void check_scarce(void)
{
	struct rlimit limit;

	CHECK(getrlimit(RLIMIT_AS, &limit) == 0);
	limit.rlim_cur = proc_number("/proc/self/status", "VmSize:") * 1024 + MIB(2);
	CHECK(setrlimit(RLIMIT_AS, &limit) == 0);
	CHECK(find_sentry(2) == NULL);
}

static void check_locked(void)
{
	char *p;

	if (mlockall(MCL_CURRENT | MCL_FUTURE) != 0)
		return; /* not allowed to */
	p = find_sentry(2);
	if (p)
		check_fault(edge_of(p), 1);
}

int main(void)
{
	static char stack[KIB(64)];
	stack_t own = { .ss_sp = stack, .ss_size = sizeof(stack) };

	CHECK(sigaltstack(&own, NULL) == 0);
	handle_by(first);
	in_child(check_scarce);
	in_child(check_locked);
	check_sentry(1);
	handle_by(second);
	check_sentry(2);
	return 0;
}
