#!/bin/sh
# SPDX-License-Identifier: MIT
# hak-timeout: 120
# hak-skip-unless: echo | $CC -E -dM - | grep -q __x86_64__ && test "$HAK_OVERRIDE$HAK_AUDIT" = 10
# A handler forks amid the mapping of a new superslab, while another thread holds the lock of them all. In the child, which
# goes on, the superslab's descriptor is used for it alone. gdb knows where the lock is.
. "${srcdir:?}/testsuite/hakmem.real/real.inc"
need gdb nm

lib=$HAKMEM_LIB
# shellcheck disable=SC2016 # sed's
lock=$(gdb -nx -batch -ex "print (char *)&'slices.c'::lock - (char *)0" "$lib" 2>/dev/null | sed -n 's/^\$1 = //p')
nm -S "$lib" | sed -n 's/^\([0-9a-f]*\) \([0-9a-f]*\) [tT] hak_os_map_near$/0x\1 0x\2/p' >place
read -r at size <place || unsupported 'the library has no such function of its own'
[ -n "$lock" ] || unsupported 'gdb does not find the lock'

cat >program.c <<'END'
#include <dlfcn.h>
#include <pthread.h>
#include <sched.h>
#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <ucontext.h>
#include <unistd.h>

static volatile uint32_t *word;
static uintptr_t from, to;
static volatile int is_begun, is_held, must_end;
static volatile pid_t child = -1;
static __thread int is_other;

static void trap(int number, siginfo_t *info, void *context)
{
	ucontext_t *c = context;
	uintptr_t ip = (uintptr_t)c->uc_mcontext.gregs[REG_RIP];

	(void)number;
	(void)info;
	if (is_other && *word != 0 && !is_held) {
		c->uc_mcontext.gregs[REG_EFL] &= ~0x100L;
		is_held = 1;
		while (!must_end)
			sched_yield();
	} else if (!is_other && ip >= from && ip < to && child < 0) {
		c->uc_mcontext.gregs[REG_EFL] &= ~0x100L;
		is_begun = 1;
		while (!is_held)
			sched_yield();
		child = fork();
		must_end = child != 0;
	}
}

static void set_trap(int is_on)
{
	if (is_on)
		__asm__ volatile("pushfq; orq $0x100, (%%rsp); popfq" : : : "memory", "cc");
	else
		__asm__ volatile("pushfq; andq $~0x100, (%%rsp); popfq" : : : "memory", "cc");
}

static void *hold(void *unused)
{
	void *p;

	is_other = 1;
	free(malloc(48));
	while (!is_begun)
		sched_yield();
	set_trap(1);
	p = malloc(300000);
	set_trap(0);
	free(p);
	return unused;
}

static void work(void)
{
	static unsigned char *p[200];
	static size_t size[200];
	unsigned x = 12345;

	for (int n = 0; n < 6000; n++) {
		unsigned k = ((x = x * 1103515245u + 12345) >> 8) % 200;

		for (size_t i = 0; p[k] && i < size[k]; i += 4096)
			if (p[k][i] != k)
				_exit(5);
		if (p[k]) {
			free(p[k]);
			p[k] = NULL;
			continue;
		}
		size[k] = (x >> 16) % (n / 500 % 2 ? 300000 : 3000000) + 1000;
		p[k] = malloc(size[k]);
		if (!p[k])
			_exit(3);
		memset(p[k], (int)k, size[k]);
	}
}

int main(int argc, char **argv)
{
	struct sigaction action = { .sa_sigaction = trap, .sa_flags = SA_SIGINFO | SA_NODEFER };
	size_t (*check)(void);
	pthread_t thread;
	Dl_info info;
	int status;
	void *p;

	if (argc < 4 || !dladdr((void *)malloc, &info))
		return 4;
	word = (volatile uint32_t *)((char *)info.dli_fbase + strtol(argv[1], NULL, 0));
	from = (uintptr_t)info.dli_fbase + strtoul(argv[2], NULL, 0);
	to = from + strtoul(argv[3], NULL, 0);
	sigaction(SIGTRAP, &action, NULL);
	alarm(60);
	pthread_create(&thread, NULL, hold, NULL);
	p = malloc(3 << 20);
	set_trap(1);
	p = p ? malloc(3 << 20) : NULL;
	set_trap(0);
	if (!p || child < 0)
		return 6; /* no superslab was mapped */
	if (child > 0)
		return waitpid(child, &status, 0) != child || status != 0;
	alarm(60);
	work();
	*(void **)&check = dlsym(RTLD_DEFAULT, "hakmem_check");
	_exit(!check || check() != 0);
}
END
$CC -O2 -fno-builtin -D_GNU_SOURCE -pthread -o program program.c -ldl || fail 'program.c'
code=0
LD_PRELOAD=$lib ./program "$lock" "$at" "$size" >out 2>&1 || code=$?
[ "$code" = 0 ] || fail "exit $code" "$(cat out)"
