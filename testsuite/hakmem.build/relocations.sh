#!/bin/sh
# SPDX-License-Identifier: MIT
# Quick to load: under 200 relocations.
. "$srcdir/testsuite/lib/build.sh"
need readelf
need_release

n=$(readelf -rW "$HAKMEM_LIB" | grep -c ' R_')
echo "$n relocations"
[ "$n" -gt 0 ] || fail 'readelf was not understood'
[ "$n" -lt 200 ] || fail "$n relocations"
