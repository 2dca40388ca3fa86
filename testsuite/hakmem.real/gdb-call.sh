#!/bin/sh
# SPDX-License-Identifier: MIT
# hak-timeout: 90
# A debugger runs functions that allocate and free much on threads that sleep, while another thread of the process
# allocates and trims: contents stay whole, and each block has one owner.
. "${srcdir:?}/testsuite/hakmem.real/real.inc"
need gdb

cat >main.c <<'C'
#include "check.h"
#include <pthread.h>

#define N_SLEEPERS 3

static unsigned char *kept[N_SLEEPERS + 1][300];
static int is_over, n_asleep;
static volatile int calls_are_over; /* said by the debugger: how long a call takes, nobody knows */
static pthread_barrier_t all; /* so the debugger's numbers for them are 2, 3 and 4 */
static __thread size_t me;

/* Called by the debugger, on the thread that it has stopped. */
int churn(void);
int churn(void)
{
	uint64_t random = me + 1;
	size_t i;

	for (i = 0; i < 20000; i++) {
		size_t k = rnd(&random) % N_OF(kept[0]), n = 16 + k * 11;

		CHECK(!kept[me][k] || filled_thin(kept[me][k], n, k + me) == n, "thread %zu", me);
		free(kept[me][k]);
		kept[me][k] = malloc(n);
		CHECK(kept[me][k]);
		fill_thin(kept[me][k], n, k + me);
	}
	for (i = 0; i < N_OF(kept[0]); i += 2) {
		free(kept[me][i]);
		kept[me][i] = NULL;
	}
	return 1;
}

void stop_here(void);
NOINLINE void stop_here(void)
{
	__asm__ volatile("");
}

static void *sleeper(void *arg_)
{
	me = (size_t)arg_;
	pthread_barrier_wait(&all);
	churn();
	__atomic_add_fetch(&n_asleep, 1, __ATOMIC_SEQ_CST);
	while (!__atomic_load_n(&is_over, __ATOMIC_SEQ_CST))
		sleep(1);
	churn();
	return NULL;
}

int main(void)
{
	pthread_t threads[N_SLEEPERS];
	size_t i;

	pthread_barrier_init(&all, NULL, N_SLEEPERS + 1);
	for (i = 0; i < N_SLEEPERS; i++)
		CHECK(pthread_create(&threads[i], NULL, sleeper, (void *)(i + 1)) == 0);
	pthread_barrier_wait(&all);
	while (__atomic_load_n(&n_asleep, __ATOMIC_SEQ_CST) < N_SLEEPERS)
		usleep(1000);
	alarm(80);
	while (!calls_are_over) {
		usleep(5000);
		malloc_trim(0);
		churn();
		stop_here();
	}
	__atomic_store_n(&is_over, 1, __ATOMIC_SEQ_CST);
	for (i = 0; i < N_SLEEPERS; i++)
		pthread_join(threads[i], NULL);
	printf("the end\n");
	return 0;
}
C
$CC -g -O1 -fno-builtin -D_GNU_SOURCE -I"$srcdir/testsuite/lib" -o main main.c -pthread ||
	fail 'it does not compile'
cat >commands <<END
set pagination off
set confirm off
set debuginfod enabled off
set startup-with-shell off
set environment LD_PRELOAD $HAKMEM_LIB
break stop_here
run
set \$k = 0
while \$k < 20
	set \$t = \$k % 3 + 2
	thread \$t
	disable
	call churn()
	enable
	set \$k = \$k + 1
	thread 1
	continue
end
set var calls_are_over = 1
delete
continue
END
gdb -nx -batch -ex 'set startup-with-shell off' -ex run true 2>&1 | grep -q 'exited normally' ||
	unsupported 'gdb cannot run anything here'
gdb -nx -batch -x commands ./main >log 2>&1 || :
! grep 'failed: ' log || fail 'a block is handed out twice'
grep -q '^the end$' log || fail 'it does not get to its end' "$(tail -n 40 log)"
[ "$(grep -c '^\$[0-9]* = 1$' log)" = 20 ] || fail 'not all calls were made' "$(tail -n 40 log)"
! grep '^hakmem: ' log || fail 'the library spoke'
