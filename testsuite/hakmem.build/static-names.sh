#!/bin/sh
# SPDX-License-Identifier: MIT
# A static archive has no visibility: each of its global names must be hak_*, hakmem_* or a standard one;
# __x86.get_pc_thunk.* is i386 compilers' own, _.stapsdt.base that of sys/sdt.h, the same in every object.
. "$srcdir/testsuite/lib/build.sh"
need nm
[ -f "$HAKMEM_A" ] || unsupported 'built with --disable-static'

nm -g --defined-only "$HAKMEM_A" | awk 'NF == 3 { print $3 }' | LC_ALL=C sort -u >found
grep -qx hakmem_malloc found || fail 'no hakmem_malloc in libhakmem.a'
grep -v '^hak_\|^hakmem_\|^__x86\.get_pc_thunk\.\|^_\.stapsdt\.base$' found >others
list_standard_names | LC_ALL=C comm -13 - others >strangers
[ ! -s strangers ] || fail "$(cat strangers)"
list_standard_names | LC_ALL=C comm -23 - others >missing
[ ! -s missing ] || fail "missing: $(cat missing)"
