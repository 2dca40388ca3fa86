#!/bin/sh
# SPDX-License-Identifier: MIT
# A script runs as its interpreter does, with libhakmem; also one without a first line, and by way of env.
. "${srcdir:?}/testsuite/hakmem.real/real.inc"

maps='cat /proc/$$/maps; echo "arguments: $*"'
check()
{
	chmod +x script
	"$HAKMEM_RUN" ./script 'a b' c >out || fail "$1: exit code $?"
	grep -q libhakmem out || fail "$1: runs without libhakmem" "$(cat out)"
	grep -qx 'arguments: a b c' out || fail "$1: its arguments are lost" "$(cat out)"
}

printf '#!/bin/sh\n%s\n' "$maps" >script
check '#!/bin/sh'
printf '#! /bin/sh -e\n%s\n' "$maps" >script
check '#! /bin/sh -e'
printf '#!/usr/bin/env sh\n%s\n' "$maps" >script
check '#!/usr/bin/env sh'
printf '%s\n' "$maps" >script
check 'no first line'

echo 'int main(void) { return 0; }' >main.c
$CC -static -o main main.c 2>/dev/null || exit 0
printf '#!%s/main\n' "$PWD" >script
"$HAKMEM_RUN" ./script >out 2>&1
[ $? = 126 ] || fail 'a static interpreter is not refused' "$(cat out)"
grep -q "run by $PWD/main.*static" out || fail 'no reason' "$(cat out)"
