#!/bin/sh
# SPDX-License-Identifier: MIT
# hak-timeout: 120
# torsocks puts itself before connect() and before syscall(), and locks there: programs that allocate under it, with
# threads and forks, run to their end, whichever of the two libraries comes first.
. "${srcdir:?}/testsuite/hakmem.real/real.inc"
need torsocks
set -- /usr/lib/*/torsocks/libtorsocks.so
tor=$1
[ -f "$tor" ] || unsupported 'no libtorsocks.so here'

cat >main.c <<'C'
#include "guest.h"
#include <pthread.h>
#include <sys/wait.h>

static void *work(void *arg)
{
	grow_heap(4);
	be_busy(0.2);
	return arg;
}

int main(void)
{
	pthread_t threads[3];
	int status;
	size_t i;
	pid_t child;

	grow_heap(16);
	for (i = 0; i < N_OF(threads); i++)
		CHECK(pthread_create(&threads[i], NULL, work, NULL) == 0);
	for (i = 0; i < N_OF(threads); i++)
		pthread_join(threads[i], NULL);
	child = fork();
	if (child == 0) {
		work(NULL);
		exit(0);
	}
	CHECK(waitpid(child, &status, 0) == child && status == 0, "child: wait status %#x", (unsigned)status);
	malloc_trim(0);
	puts("the end");
	return 0;
}
C
$CC -O2 -fno-builtin -D_GNU_SOURCE -I"$srcdir/testsuite/lib" \
	-I"$srcdir/testsuite/hakmem.guest" -o main main.c -pthread ||
	fail 'it does not compile'

# run WORD...: main with these libraries before it.
run()
{
	"$SUPERVISE" -t 10 -o out -e err env LD_PRELOAD="$*" ./main ||
		fail "with LD_PRELOAD='$*': exit code $?" "$(cat err)"
	grep -q '^the end$' out || fail "with LD_PRELOAD='$*': it does not get to its end" "$(cat err)"
	! grep '^hakmem: ' err || fail 'the library spoke'
}
("$SUPERVISE" -t 10 env LD_PRELOAD="$tor" ./main >out 2>&1) ||
	unsupported 'torsocks does not work without libhakmem either'
run "$tor" "$HAKMEM_LIB"
run "$HAKMEM_LIB" "$tor"
