#!/bin/sh
# SPDX-License-Identifier: MIT
# hak-timeout: 60
# hak-skip-unless: echo | $CC -dM -E - | grep -q __LP64__ # other machines have other calls
# After loading, the library makes no system call but mmap, munmap, mremap, madvise and futex: strace sees every call of
# the process, its threads and its children between two marks.
. "$srcdir/testsuite/lib/build.sh"
need_override
need strace

cat >main.c <<'C'
#include "guest.h"
#include <pthread.h>
#include <sys/wait.h>

static void *work(void *unused)
{
	use_all_tiers();
	return unused;
}

int main(int argc, char **argv)
{
	pthread_t thread;
	pid_t child;

	(void)argv;
	free(hide(malloc(1))); /* the library is there */
	CHECK(write(1, "begin\n", 6) == 6);
	use_all_tiers();
	if (argc > 1) {
		CHECK(pthread_create(&thread, NULL, work, NULL) == 0);
		pthread_join(thread, NULL);
		child = fork();
		if (child == 0) {
			use_all_tiers();
			_exit(0);
		}
		CHECK(waitpid(child, NULL, 0) == child);
		use_all_tiers();
	}
	CHECK(write(1, "end\n", 4) == 4);
	return 0;
}
C
$CC -O2 -fno-builtin -D_GNU_SOURCE -I"$srcdir/testsuite/lib" \
	-I"$srcdir/testsuite/hakmem.guest" -o main main.c -pthread ||
	fail 'it does not compile'
strace -o /dev/null true 2>/dev/null || unsupported 'nothing can be traced here'

# list_calls WORD...: the calls between the marks, as names, each once.
list_calls()
{
	strace -f -qq -o log -E LD_PRELOAD="$HAKMEM_LIB" ./main "$@" >out ||
		fail 'the traced program failed' "$(tail -n 5 log)"
	sed -n '/write(1, "begin/,/write(1, "end/p' log |
		sed -n 's/^[0-9]* *\([a-z_0-9]*\)(.*/\1/p; s/^[0-9]* *<\.\.\. \([a-z_0-9]*\) resumed.*/\1/p' | sort -u
}

ours='mmap|munmap|mremap|madvise|futex|clock_gettime'
marks='write'
list_calls >calls || exit 1
grep -qx mmap calls || fail 'no call is seen' "$(cat calls)"
! grep -vxE "$ours|$marks" calls || fail 'one thread makes other calls'
# And glibc, for threads and children: mprotect is for its stacks.
glibc='clone|clone3|mprotect|rt_sigprocmask|rt_sigaction|set_robust_list|rseq|exit|exit_group|wait4'
list_calls with threads >calls || exit 1
grep -qxE 'clone3?' calls || fail 'no thread is seen' "$(cat calls)"
! grep -vxE "$ours|$marks|$glibc" calls || fail 'with threads there are other calls'
