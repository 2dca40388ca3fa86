#!/bin/sh
# SPDX-License-Identifier: MIT
# The SONAME is libhakmem.so.1, and libtool-version says the same.
. "$srcdir/testsuite/lib/build.sh"
need readelf

readelf -dW "$HAKMEM_LIB" | grep -q '(SONAME).*\[libhakmem\.so\.1\]' || fail "$(readelf -dW "$HAKMEM_LIB" | grep SONAME)"
IFS=: read -r current revision age <<END
$(grep -v '^#' "$srcdir/lib/libtool-version")
END
[ $((current - age)) = 1 ] || fail "libtool-version: $current:$revision:$age is not libhakmem.so.1"
[ -f "$(dirname "$HAKMEM_LIB")/libhakmem.so.1.$age.$revision" ] || fail 'built with other numbers'
