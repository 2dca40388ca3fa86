#!/bin/sh
# SPDX-License-Identifier: MIT
# hakmem-run refuses a static program, says why and what to do.
. "${srcdir:?}/testsuite/hakmem.real/real.inc"

echo 'int main(void) { return 0; }' >main.c
$CC -static -o main main.c 2>/dev/null || unsupported 'no static C library here'
"$HAKMEM_RUN" ./main >out 2>&1
[ $? = 126 ] || fail 'not refused' "$(cat out)"
grep -q static out || fail 'no reason' "$(cat out)"
grep -q 'libhakmem' out || fail 'no way out' "$(cat out)"
