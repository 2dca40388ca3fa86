#!/bin/sh
# SPDX-License-Identifier: MIT
# hak-timeout: 90
# A debugger stops a thread at each instruction of malloc in turn and runs a function on it that waits, while another
# thread trims and allocates: what malloc then goes on to give is nobody else's.
. "${srcdir:?}/testsuite/hakmem.real/real.inc"
need gdb

cat >main.c <<'C'
#include "check.h"
#include <dlfcn.h>
#include <pthread.h>

#define N 400

void *malloc_address;
static void *mine[N], *others[N];
static int is_resting;

/* Called by the debugger, on the thread that it has stopped. */
int rest(void);
int rest(void)
{
	__atomic_store_n(&is_resting, 1, __ATOMIC_SEQ_CST);
	while (__atomic_load_n(&is_resting, __ATOMIC_SEQ_CST))
		usleep(1000);
	return 1;
}

NOINLINE void *take_here(size_t n);
NOINLINE void *take_here(size_t n)
{
	void *p = malloc(n);

	__asm__ volatile("");
	return p;
}

static void *work(void *unused)
{
	size_t round, i, k;

	for (round = 0; round < 24; round++) {
		for (i = 0; i < N; i++)
			CHECK((mine[i] = malloc(1000)));
		for (i = 0; i < N; i++)
			free(mine[i]);
		usleep(50000);
		mine[0] = take_here(1000);
		for (i = 1; i < N; i++)
			CHECK((mine[i] = malloc(1000)));
		for (i = 0; i < N; i++)
			for (k = 0; k < N; k++)
				CHECK(mine[i] != others[k], "block %zu of this thread is block %zu of another", i, k);
		for (i = 0; i < N; i++) {
			free(mine[i]);
			free(others[i]);
			others[i] = NULL;
		}
	}
	return unused;
}

int main(void)
{
	pthread_t thread;
	size_t i, n_rests = 0;

	malloc_address = dlsym(RTLD_DEFAULT, "malloc");
	CHECK(pthread_create(&thread, NULL, work, NULL) == 0);
	while (pthread_tryjoin_np(thread, NULL) != 0) {
		usleep(1000);
		if (!__atomic_load_n(&is_resting, __ATOMIC_SEQ_CST))
			continue;
		usleep(20000); /* it rests meanwhile */
		malloc_trim(0);
		for (i = 0; i < N; i++)
			CHECK((others[i] = malloc(1000)));
		n_rests++;
		__atomic_store_n(&is_resting, 0, __ATOMIC_SEQ_CST);
	}
	printf("%zu rests\n", n_rests);
	return 0;
}
C
$CC -g -O1 -fno-builtin -D_GNU_SOURCE -I"$srcdir/testsuite/lib" -o main main.c -pthread -ldl ||
	fail 'it does not compile'
cat >commands <<END
set pagination off
set confirm off
set debuginfod enabled off
set startup-with-shell off
set environment LD_PRELOAD $HAKMEM_LIB
handle SIGALRM nostop noprint
break take_here
run
set \$k = 0
while \$k < 24
	tbreak *malloc_address
	continue
	if \$k > 0
		stepi \$k
	end
	call rest()
	set \$k = \$k + 1
	continue
end
END
gdb -nx -batch -ex 'set startup-with-shell off' -ex run true 2>&1 | grep -q 'exited normally' ||
	unsupported 'gdb cannot run anything here'
gdb -nx -batch -x commands ./main >log 2>&1 || :
rests=$(sed -n 's/^\([0-9]*\) rests$/\1/p' log)
! grep 'failed: ' log || fail 'a block is handed out twice'
! grep '^hakmem: ' log || fail 'the library spoke'
[ "${rests:-0}" = 24 ] || fail "${rests:-no} rests" "$(tail -n 40 log)"
