#!/bin/sh
# SPDX-License-Identifier: MIT
# No text relocations, full RELRO, no executable or writable-and-executable memory, never unmapped.
. "$srcdir/testsuite/lib/build.sh"
need readelf

readelf -dW "$HAKMEM_LIB" >dynamic
readelf -lW "$HAKMEM_LIB" >segments
! grep TEXTREL dynamic || fail 'text relocations'
grep -q GNU_RELRO segments || fail 'no RELRO'
grep -Eq 'BIND_NOW|FLAGS.*NOW' dynamic || fail 'not bound at start-up (NOW)'
grep -q NODELETE dynamic || fail 'may be unmapped (NODELETE)'
! grep -E 'R(UN)?PATH' dynamic || fail 'has a run path'
grep 'GNU_STACK' segments | grep -q ' RW ' || fail 'no GNU_STACK, or an executable one'
! grep 'LOAD.* RWE ' segments || fail 'a segment is writable and executable'
