#!/bin/sh
# SPDX-License-Identifier: MIT
# debian/libhakmem1.symbols lists each standard name that the library exports, once, and no other; and the
# nodes of the map.
. "$srcdir/testsuite/lib/build.sh"
need getconf
need_override
[ "$HAK_CXX" = 1 ] || unsupported 'built with --disable-cxx'

symbols=$srcdir/debian/libhakmem1.symbols
[ -f "$symbols" ] || unsupported 'no debian/ here: it is not in the tarball'
bits=$(getconf LONG_BIT)
sed -n "s/^ (arch-bits=$bits)//p; s/^ \([a-z_][A-Za-z0-9_]*@\)/\1/p" "$symbols" | sed 's/@Base .*//' | LC_ALL=C sort >listed
list_standard_names | diff - listed || fail 'names exported (<) and listed (>) differ'
sed -n 's/^\(HAKMEM_[0-9]*\) {$/\1/p' "$srcdir/lib/libhakmem.map" | LC_ALL=C sort >nodes
[ -s nodes ] || fail 'libhakmem.map was not understood'
sed -n 's/^ (symver)\(HAKMEM_[0-9]*\) .*/\1/p' "$symbols" | LC_ALL=C sort | diff nodes - ||
	fail 'nodes of the map (<) and listed (>) differ'
