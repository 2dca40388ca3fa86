/* SPDX-License-Identifier: MIT */
/* hak-link: preload */
/* hak-conf: purge_thread:off */
/* hak-timeout: 60 */
/*
 * A handler stops a thread at each instruction of malloc in turn, and sleeps there; another thread trims meanwhile.
 * The blocks that malloc goes on to give are its own, and the caches of a thread that is stopped anywhere else are
 * emptied. The same with the handler on a signal stack, which may be a part of the thread's own, or
 * with another one on such a stack that interrupted it.
 */
#include "sleep.h"
#include <signal.h>
#include <ucontext.h>

#if defined(__x86_64__)
#define N_ROUNDS 8
#define N_STEPS 40 /* more than malloc's hit path has instructions */
#define N_LIVE 60

enum { OWN_STACK, STACK_INSIDE, STACK_APART, SECOND_HANDLER, N_KINDS };

static size_t kind;
static unsigned state; /* odd: stopped for the (n / 2)th time; even: go on */
static unsigned stop_at, n_steps;
static int is_in_malloc;
static uintptr_t malloc_start;
static int is_done;

static void wait_until(unsigned wanted)
{
	unsigned now_;

	while ((now_ = __atomic_load_n(&state, __ATOMIC_ACQUIRE)) != wanted)
		syscall(SYS_futex, &state, 0, now_, NULL, NULL, 0);
}

static unsigned advance(void)
{
	unsigned next = __atomic_add_fetch(&state, 1, __ATOMIC_ACQ_REL);

	syscall(SYS_futex, &state, 1, 100, NULL, NULL, 0);
	return next;
}

static void stop(void)
{
	wait_until(advance() + 1);
}

static void sleep_on(int number)
{
	(void)number;
	stop();
}

static void step(int number, siginfo_t *info, void *context)
{
	uintptr_t pc = (uintptr_t)((ucontext_t *)context)->uc_mcontext.gregs[REG_RIP];
	int saved = errno;

	(void)number;
	(void)info;
	/* Not its first instruction: nothing is done yet. */
	is_in_malloc = pc - malloc_start - 1 < 64;
	if (n_steps++ == stop_at) {
		if (kind == SECOND_HANDLER)
			raise(SIGUSR1);
		else
			stop();
	}
	errno = saved;
}

static void set_stepping(int on)
{
	if (on)
		__asm__ volatile("pushfq; orq $0x100, (%%rsp); popfq" : : : "memory", "cc");
	else
		__asm__ volatile("pushfq; andq $~0x100, (%%rsp); popfq" : : : "memory", "cc");
}


static void use_stack(void *base, size_t size)
{
	stack_t stack = { .ss_sp = base, .ss_size = size };

	CHECK(sigaltstack(&stack, NULL) == 0);
}

static void *work(void *unused)
{
	static char apart[KIB(64)];
	char inside[KIB(64)];
	char *live[N_LIVE];
	size_t i, k;

	memset(hide(inside), 0, sizeof(inside)); /* addresses in malloc may be left from a thread before */
	if (kind != OWN_STACK)
		use_stack(kind == STACK_APART ? apart : hide(inside), KIB(64));
	for (i = 0; i < N_ROUNDS * N_STEPS; i++) {
		fill_cache();
		for (k = 0; k < N_LIVE / 2; k++) {
			live[k] = malloc(BLOCK_SIZE);
			memset(live[k], (int)k, BLOCK_SIZE);
		}
		stop_at = (unsigned)(i % N_STEPS);
		n_steps = 0;
		set_stepping(1);
		live[k] = malloc(BLOCK_SIZE);
		set_stepping(0);
		memset(live[k], (int)k, BLOCK_SIZE);
		k++;
		if (n_steps <= stop_at) { /* it was shorter; main waits all the same */
			is_in_malloc = 0;
			stop();
		}
		for (; k < N_LIVE; k++) {
			live[k] = malloc(BLOCK_SIZE);
			memset(live[k], (int)k, BLOCK_SIZE);
		}
		for (k = 0; k < N_LIVE; k++) {
			CHECK(live[k][0] == (char)k && live[k][BLOCK_SIZE - 1] == (char)k, "handed out twice");
			free(live[k]);
		}
	}
	is_done = 1;
	advance();
	return unused;
}

static void watch(void)
{
	unsigned n_inside = 0, n_outside = 0, n_taken = 0, i;
	pthread_t thread;

	state = 0;
	is_done = 0;
	/* Not musl's 128 KiB: what lies just below a stack counts as part of it. */
	thread = start_small(work, NULL, MIB(1));
	for (i = 0; wait_until(2 * i + 1), !is_done; i++) {
		size_t before = cached();
		int inside = is_in_malloc;

		usleep(100); /* until it sleeps */
		malloc_trim(0);
		if (cached() < before / 2) {
			CHECK(!inside, "taken from a thread amid malloc");
			n_taken++;
		}
		n_inside += inside;
		n_outside += !inside;
		advance();
	}
	pthread_join(thread, NULL);
	dprintf(1, "%u stops in malloc, %u elsewhere, %u times the caches were taken\n", n_inside, n_outside, n_taken);
	CHECK(n_inside >= N_ROUNDS * 5 && (n_taken >= N_ROUNDS || kind == SECOND_HANDLER));
}

int main(void)
{
	void *(*volatile entry)(size_t) = malloc;
	struct sigaction action;

	need_sight();
	malloc_start = (uintptr_t)entry;
	memset(&action, 0, sizeof(action));
	action.sa_handler = sleep_on;
	action.sa_flags = SA_ONSTACK;
	CHECK(sigaction(SIGUSR1, &action, NULL) == 0);
	for (kind = 0; kind < N_KINDS; kind++) {
		action.sa_sigaction = step;
		action.sa_flags = SA_SIGINFO | (kind == STACK_INSIDE || kind == STACK_APART ? SA_ONSTACK : 0);
		CHECK(sigaction(SIGTRAP, &action, NULL) == 0);
		watch();
	}
	return 0;
}
#else
int main(void)
{
	UNSUPPORTED_BECAUSE("written for x86-64");
}
#endif
