#!/bin/sh
# SPDX-License-Identifier: MIT
# The header's three numbers, its string, configure and hakmem.pc tell the same version.
. "$srcdir/testsuite/lib/build.sh"

number()
{
	sed -n "s/^#define HAKMEM_VERSION_$1 \([0-9]*\) .*/\1/p" "$srcdir/include/hakmem.h"
}
version=$(number MAJOR).$(number MINOR).$(number PATCH)
grep -q "^#define HAKMEM_VERSION \"$version\"" "$srcdir/include/hakmem.h" || fail "HAKMEM_VERSION is not $version"
grep -q "^#define PACKAGE_VERSION \"$version\"$" "$builddir/config.h" || fail 'configure is older: run ./bootstrap'
grep -q "^Version: $version$" "$builddir/pkgconfig/hakmem.pc" || fail 'hakmem.pc has another version'
