#!/bin/sh
# SPDX-License-Identifier: MIT
# hakmem-run puts the library into the program it starts, and into that one's children.
. "${srcdir:?}/testsuite/hakmem.real/real.inc"
need cat sh

"$HAKMEM_RUN" cat /proc/self/maps >maps
grep -q libhakmem maps || fail 'not in the program' "$(cat maps)"
"$HAKMEM_RUN" sh -c 'cat /proc/self/maps; exit 7' >maps && fail 'the exit code is lost'
grep -q libhakmem maps || fail 'not in its child'
"$HAKMEM_RUN" sh -c 'exit 7'
[ $? = 7 ] || fail 'the exit code is lost'
"$HAKMEM_RUN" sh -c 'kill -TERM $$'
[ $? = 143 ] || fail 'the signal is lost'
