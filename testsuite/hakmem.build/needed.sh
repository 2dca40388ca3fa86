#!/bin/sh
# SPDX-License-Identifier: MIT
# Needs the C library and nothing else.
. "$srcdir/testsuite/lib/build.sh"
need readelf

readelf -dW "$HAKMEM_LIB" | sed -n 's/.*(NEEDED).*\[\(.*\)\]/\1/p' >needed
[ -s needed ] || fail 'readelf was not understood'
! grep -Ev '^(libc\.so|ld-linux|libc\.musl|ld-musl)' needed || fail 'needs more than libc'
