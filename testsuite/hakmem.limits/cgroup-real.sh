#!/bin/sh
# SPDX-License-Identifier: MIT
# hak-timeout: 120
# In a cgroup of 200 MiB a program that needs up to 120 at a time, each time in blocks of another kind, lives with
# limit_soft:90%; under the C library's malloc the kernel kills it. With limit:cgroup one that needs more gets an error.
. "$srcdir/testsuite/lib/build.sh"
need_override
limit=209715200

cat >spiky.c <<'END'
#include "spiky.h"
int main(int argc, char **argv)
{
	return !be_spiky(MIB(arg(argc, argv, 1, 120)));
}
END
# shellcheck disable=SC2086 # CC may hold flags
$CC -O2 -fno-builtin -I"$srcdir/testsuite/lib" -I"$srcdir/testsuite/hakmem.limits" -o spiky spiky.c || fail 'spiky.c'

# A cgroup below our own, or, in version 2, where ours may not have any, beside it.
make_cgroup()
{
	own=$(sed -n 's/^[0-9]*:\([^:]*,\)*memory\(,[^:]*\)*://p' /proc/self/cgroup)
	group=/sys/fs/cgroup/memory$own/hakmem-test-$$ file=memory.limit_in_bytes
	[ -z "$own" ] || ! mkdir "$group" 2>/dev/null || return 0
	own=$(sed -n 's/^0:://p' /proc/self/cgroup)
	file=memory.max
	for group in "/sys/fs/cgroup$own/hakmem-test-$$" "/sys/fs/cgroup${own%/*}/hakmem-test-$$"; do
		mkdir "$group" 2>/dev/null || continue
		[ ! -f "$group/$file" ] || return 0
		rmdir "$group"
	done
	return 1
}

make_cgroup || unsupported 'no cgroup can be made here'
trap 'rmdir "$group"' EXIT
echo $limit 2>/dev/null >"$group/$file" || unsupported 'no limit can be set'
# Without this, memory just goes out to swap.
for swap in memory.memsw.limit_in_bytes memory.swap.max; do
	[ ! -f "$group/$swap" ] || case $swap in
	*max) echo 0 >"$group/$swap" ;;
	*) echo $limit >"$group/$swap" ;;
	esac
done

run()
{
	(echo 0 >"$group/cgroup.procs" && exec env "$@") >out 2>err
	code=$?
}

run ./spiky 30
[ $code = 0 ] || unsupported "not even a small program lives there: $code $(cat err)"
run ./spiky
echo "without libhakmem: $code"
[ $code = 137 ] || unsupported "the limit kills nobody here: $code"
run LD_PRELOAD="$HAKMEM_LIB" HAKMEM_CONF=limit_soft:90% ./spiky
[ $code = 0 ] || fail "with libhakmem: $code" "$(cat err)"
run LD_PRELOAD="$HAKMEM_LIB" HAKMEM_CONF=limit:cgroup ./spiky 300
[ $code = 1 ] || fail "with limit:cgroup, and too much: $code" "$(cat err)"
