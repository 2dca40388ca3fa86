#!/bin/sh
# SPDX-License-Identifier: MIT
# hakmem_* carries the version HAKMEM_1; a standard name carries none, or nobody would bind to it.
. "$srcdir/testsuite/lib/build.sh"
need nm

nm -D --defined-only "$HAKMEM_LIB" | sed 's/.* //' | grep -vx 'HAKMEM_1@@HAKMEM_1\|HAKMEM_1' | LC_ALL=C sort >found
{ list_own_names | sed 's/$/@@HAKMEM_1/'; list_standard_names; } | LC_ALL=C sort >wanted
diff wanted found || fail 'names wanted (<) and exported (>) differ'
# The map lists each of them once, and nothing else.
sed -n 's/^\t\(.*\);$/\1/p' "$srcdir/lib/libhakmem.map" | LC_ALL=C sort >mapped
list_own_names | diff - mapped || fail 'hakmem.h (<) and libhakmem.map (>) differ'
