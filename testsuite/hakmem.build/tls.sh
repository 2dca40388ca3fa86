#!/bin/sh
# SPDX-License-Identifier: MIT
# Static TLS is a thread's stack's loss and dlopen's scarce good: initial-exec, and one pointer or two.
. "$srcdir/testsuite/lib/build.sh"
need readelf

! readelf -rW "$HAKMEM_LIB" | grep -E 'DTPMOD|DTPOFF|TLSDESC' || fail 'TLS needs __tls_get_addr, which calls malloc'
size=$(readelf -lW "$HAKMEM_LIB" | awk '$1 == "TLS" { print $6 }')
[ $((${size:-0})) -le 32 ] || fail "$((size)) bytes of TLS in every thread"
