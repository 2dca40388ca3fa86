#!/bin/sh
# SPDX-License-Identifier: MIT
# hakmem_* carries the version of its node in the map; a standard name carries none, or nobody would bind to it.
. "$srcdir/testsuite/lib/build.sh"
need awk nm

nm -D --defined-only "$HAKMEM_LIB" | sed 's/.* //' | grep -vx 'HAKMEM_[0-9]*@@HAKMEM_[0-9]*\|HAKMEM_[0-9]*' | LC_ALL=C sort >found
{ awk '/^HAKMEM_[0-9]* \{$/ { node = $1 } /^\t.*;$/ { sub(/;/, ""); print $1 "@@" node }' "$srcdir/lib/libhakmem.map"
	list_standard_names; } | LC_ALL=C sort >wanted
diff wanted found || fail 'names wanted (<) and exported (>) differ'
# The map lists each of them once, and nothing else.
sed -n 's/^\t\(.*\);$/\1/p' "$srcdir/lib/libhakmem.map" | LC_ALL=C sort >mapped
list_own_names | diff - mapped || fail 'hakmem.h (<) and libhakmem.map (>) differ'
