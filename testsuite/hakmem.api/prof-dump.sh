#!/bin/sh
# SPDX-License-Identifier: MIT
# prof_dump: a profile at exit, in the file of that name, %p and %n in it replaced, in the format of its ending; nobody
# else may read it; a forked child writes its own; without prof:on there is none; what goes wrong is told in one line.
. "$srcdir/testsuite/lib/build.sh"
need_override
need bash od

at_exit()
{
	HAKMEM_CONF=$1 LD_PRELOAD=$HAKMEM_LIB /bin/true 2>errors || fail "exit code $?: $(cat errors)"
}

kind()
{
	case $(od -A n -t x1 -N 2 "$1") in
	' 1f 8b') echo pprof ;;
	*) head -c 13 "$1" ;;
	esac
}

at_exit "prof:on,prof_dump:$PWD/one.%n.pb.gz"
[ "$(kind one.0.pb.gz)" = pprof ] || fail 'no profile for pprof'
[ "$(stat -c %a one.0.pb.gz)" = 600 ] || fail 'others may read it'
at_exit "prof:on,prof_dump:$PWD/two.heap"
[ "$(kind two.heap)" = 'heap profile:' ] || fail 'no profile as text'
HAKMEM_CONF=prof:on,prof_interval:1,prof_dump:$PWD/three.folded LD_PRELOAD=$HAKMEM_LIB bash -c : || fail "exit code $?"
grep -q '^[^ ].*;.* [0-9]*$' three.folded || fail 'no folded stacks'
at_exit "prof:on,prof_dump:exit"
[ "$(find . -name 'hakmem.[0-9]*.0.pb.gz' | wc -l)" = 1 ] || fail 'not one file of the usual name'
HAKMEM_CONF=prof:on,prof_dump:$PWD/child.%p.pb.gz LD_PRELOAD=$HAKMEM_LIB bash -c '(echo $BASHPID); (echo $BASHPID); echo $$' >ids ||
	fail "exit code $?"
while read -r id; do
	[ "$(kind "child.$id.pb.gz")" = pprof ] || fail "no profile of process $id: $(ls)"
done <ids
[ "$(wc -l <ids)" = 3 ] || fail "$(cat ids)"
at_exit "prof:off,prof_dump:$PWD/none"
[ ! -e none ] || fail 'a profile that nobody asked for'
[ ! -s errors ] || fail "$(cat errors)"
at_exit "prof:on,prof_dump:/nowhere/at/all"
[ "$(cat errors)" = 'hakmem: prof_dump: cannot write /nowhere/at/all (errno 2)' ] || fail "$(cat errors)"
HAKMEM_CONF=prof_dump:relative,prof_interval:0,prof_memory:1K LD_PRELOAD=$HAKMEM_LIB /bin/true 2>errors
[ "$(grep -c '^hakmem: HAKMEM_CONF: bad value' errors)" = 3 ] || fail "$(cat errors)"
