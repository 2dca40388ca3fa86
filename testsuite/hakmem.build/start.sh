#!/bin/sh
# SPDX-License-Identifier: MIT
# The whole of /bin/true under the library: at most 145,000 instructions, 26,000 of them for the library.
. "$srcdir/testsuite/lib/build.sh"
need_override
need_release
need strip valgrind

n=$(count_instructions "$HAKMEM_LIB" /bin/true)
without=$(count_instructions '' /bin/true)
echo "$n instructions, at most 145000; $without without the library"
[ "$without" -gt 50000 ] || fail 'implausible: what was counted?'
[ "$n" -le 145000 ] || fail "$n instructions"
[ $((n - without)) -le 26000 ] || fail "$((n - without)) of them for the library, more than 26000"
