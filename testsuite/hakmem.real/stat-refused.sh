#!/bin/sh
# SPDX-License-Identifier: MIT
# hak-timeout: 120
# What hakmem-stat may not look into, or finds nothing in, it tells with the reason and what to do, and exits with 1: no such
# process, one without libhakmem, one that has ended, another user's, one that is not dumpable. Where a filter forbids
# process_vm_readv(), it reads /proc/PID/mem.
. "${srcdir:?}/testsuite/hakmem.real/real.inc"
stat=${builddir:?}/tools/hakmem-stat

# tells PID WORDS...: it says all of these, and only on standard error.
tells()
{
	pid=$1
	shift
	code=0
	$as "$stat" "$pid" >out 2>err || code=$?
	[ $code = 1 ] || fail "exit code $code, not 1, where it should say: $*" "$(cat out err)"
	[ ! -s out ] || fail "$* on standard output"
	for words; do
		grep -qF "$words" err || fail "it does not say '$words'" "$(cat err)"
	done
	! grep -qv '^hakmem-stat: ' err || fail 'lines of nobody' "$(cat err)"
}
as=
tells 4194305 'no such process'
sleep 100 &
until grep -qx sleep "/proc/$!/comm"; do sleep 0.1; done
tells $! "$! (sleep)" 'runs without libhakmem' 'start it by hakmem-run'
true &
wait $!
tells $! 'no such process'
# One that nobody has waited for.
python3 -c 'import os, time
pid = os.fork()
if pid == 0:
    os._exit(0)
print(pid, flush=True)
time.sleep(100)' >zombie &
until [ -s zombie ]; do sleep 0.1; done
until grep -q '^State:.*Z' "/proc/$(cat zombie)/status"; do sleep 0.1; done
tells "$(cat zombie)" 'runs without libhakmem'
for wrong in '' 12x -1 '--all 1' '--watch=0 1' '--json --watch=x 1' '--what 1' '-w 1 --openmetrics 1'; do
	code=0
	# shellcheck disable=SC2086 # words
	"$stat" $wrong >out 2>err || code=$?
	[ $code = 2 ] || fail "'$wrong': exit code $code" "$(cat out err)"
	[ ! -s out ] || fail "'$wrong': $(cat out)"
	grep -q 'hakmem-stat --help' err || fail "'$wrong': $(cat err)"
done

# One that is seen, whatever the rest does.
cat >guest.c <<'END'
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <unistd.h>
int main(int argc, char **argv)
{
	if (malloc(1000) == NULL || (argc > 1 && prctl(PR_SET_DUMPABLE, 0) != 0) || chdir("/") != 0)
		return 1;
	puts(argv[0]);
	fflush(stdout);
	sleep(100);
	return 0;
}
END
# shellcheck disable=SC2086 # words
$CC $CFLAGS -w -fno-builtin -o guest guest.c || fail 'guest.c'
# guest OUTPUT COMMAND...: starts one, and sets its pid.
guest()
{
	output=$1
	shift
	"$@" >"$output" &
	pid=$!
	until [ -s "$output" ]; do sleep 0.1; done
}
LD_PRELOAD=$HAKMEM_LIB guest guest.out ./guest
seen=$pid
"$stat" "$seen" 2147483647 >out 2>err && fail 'exit code 0 though one is missing'
grep -q "^hakmem .* statistics of guest, pid $seen" out || fail "$(cat out err)"
grep -q 'no such process' err || fail "$(cat out err)"

# A filter as that of a container. Only where hakmem-stat finds nothing else in its way.
cat >filter.c <<'END'
#include <errno.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <stddef.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <unistd.h>
int main(int argc, char **argv)
{
	struct sock_filter code[] = {
		BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, nr)),
		BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, SYS_process_vm_readv, 0, 1),
		BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ERRNO | EPERM),
		BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW),
	};
	struct sock_fprog program = { sizeof code / sizeof *code, code };

	if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) != 0 || prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &program) != 0)
		return 77;
	execv(argv[1], argv + 1);
	return argc;
}
END
# shellcheck disable=SC2086 # words
if $CC $CFLAGS -w -o filter filter.c; then
	code=0
	./filter "$stat" "$seen" >out 2>err || code=$?
	[ $code = 77 ] || grep -q "statistics of guest, pid $seen" out || fail 'where process_vm_readv() is forbidden' "$(cat err)"
fi

# Other users: for that it takes root, and folders that others may enter.
if [ "$(id -u)" != 0 ] || ! command -v setpriv >/dev/null; then
	echo 'without root, not all of it can be tried'
	exit 0
fi
folder=$(mktemp -d /tmp/hakmem-stat.XXXXXX) || fail 'mktemp'
trap 'rm -rf "$folder"' EXIT
chmod 755 "$folder"
cp "$stat" guest "$folder"
cp "$HAKMEM_LIB" "$folder/libhakmem.so.1" || fail 'cp'
chmod -R a+rX "$folder"
nobody='setpriv --reuid=65534 --regid=65534 --clear-groups --no-new-privs --inh-caps=-all'
stat=$folder/hakmem-stat
as=$nobody
# shellcheck disable=SC2086 # words
$nobody "$stat" --version >/dev/null || fail 'setpriv'
tells "$seen" "another user's (number 0)" 'as that user or as root'
# shellcheck disable=SC2086 # words
LD_PRELOAD=$folder/libhakmem.so.1 guest other.out $nobody "$folder/guest"
# shellcheck disable=SC2086 # words
if $nobody "$stat" $pid >out 2>err; then
	grep -q 'statistics of guest' out || fail "the same user: $(cat out)"
else
	grep -q 'ptrace_scope\|does not permit' err || fail "the same user: $(cat err)"
fi
"$stat" "$pid" >out 2>err || fail "root: $(cat err)"
# shellcheck disable=SC2086 # words
LD_PRELOAD=$folder/libhakmem.so.1 guest undumpable.out $nobody "$folder/guest" undumpable
tells "$pid" 'not dumpable' 'as root'
"$stat" "$pid" >out 2>err || fail "root, not dumpable: $(cat err)"
