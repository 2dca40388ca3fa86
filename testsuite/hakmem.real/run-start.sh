#!/bin/sh
# SPDX-License-Identifier: MIT
# hakmem-run does not ask for much before it starts a program: it runs at most 16 others for what it has to find out.
. "${srcdir:?}/testsuite/hakmem.real/real.inc"
need strace

strace -f -qq -e trace=execve -o trace "$HAKMEM_RUN" /bin/true || fail "ended with $?" "$(tail -n 5 trace)"
n=$(grep -c ' = 0$' trace)
case $n in
[2-9] | 1[0-8]) ;;
*) fail "$n programs ran, hakmem-run and /bin/true among them" "$(cut -c 1-100 trace)" ;;
esac
echo "$n programs"
