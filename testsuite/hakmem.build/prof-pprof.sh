#!/bin/sh
# SPDX-License-Identifier: MIT
# hak-timeout: 240
# "go tool pprof" reads both files of the profile: -top has the planted functions in order, by each sample type; -base
# shows what went between two.
. "$srcdir/testsuite/lib/build.sh"
need go
HOME=$PWD go tool pprof -h >help 2>&1 || grep -q -e -top help || unsupported 'no pprof in this go'

# shellcheck disable=SC2086 # CC and CFLAGS may hold several words
$CC $CFLAGS -O1 -g -fno-builtin -Wl,--build-id=sha1 -I"$srcdir/include" -o planted "$srcdir/testsuite/lib/prof-planted.c" \
	-L"$builddir/.libs" -Wl,-rpath,"$builddir/.libs" -lhakmem || fail 'does not compile'
./planted p || fail "exit code $?"

top()
{
	HOME=$PWD PPROF_TMPDIR=$PWD go tool pprof -top -nodecount=2 "$@" >top.log 2>top.err || fail "$(cat top.log top.err)"
	sed -n '/flat%/,$p' top.log | sed 1d | awk '{ print $NF }' | tr '\n' ' '
}

for type in inuse_space alloc_space alloc_objects peak_space inuse_objects; do
	case $type in
	*objects) wanted='plant_' ;;
	*) wanted='plant_much plant_little ' ;;
	esac
	case $(top -sample_index=$type p-before.pb.gz) in
	"$wanted"*) ;;
	*) fail "$type: $(cat top.log)" ;;
	esac
done
[ "$(top p-before.pb.gz)" = 'plant_much plant_little ' ] || fail "by default: $(cat top.log)"
[ "$(top planted p-before.heap)" = 'plant_much plant_little ' ] || fail "text: $(cat top.log)"
case $(top p-after.pb.gz) in
plant_little\ *) ;;
*) fail "after: $(cat top.log)" ;;
esac
# What went is less than nothing.
case $(top -base p-before.pb.gz p-after.pb.gz) in
plant_much\ *) grep -q -- '-.*plant_much' top.log || fail "base: $(cat top.log)" ;;
*) fail "base: $(cat top.log)" ;;
esac
