#!/bin/sh
# SPDX-License-Identifier: MIT
# The shared library exports exactly the standard names and those of hakmem.h.
. "$srcdir/testsuite/lib/build.sh"
need nm

nm -D --defined-only "$HAKMEM_LIB" | sed 's/.* //; s/@.*//' | grep -vx 'HAKMEM_[0-9]*' | LC_ALL=C sort >found
{ list_own_names; list_standard_names; } | LC_ALL=C sort >wanted
[ "$(list_own_names | wc -l)" -ge 29 ] || fail 'hakmem.h was not understood'
diff wanted found || fail 'names wanted (<) and exported (>) differ'
