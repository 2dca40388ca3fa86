#!/bin/sh
# SPDX-License-Identifier: MIT
# The whole of /bin/true under the library: at most 28,000 instructions for the library. (140,000 in all, where libc and
# the dynamic linker take no more than glibc 2.36's, 110,000; glibc 2.41's take 147,000.)
. "$srcdir/testsuite/lib/build.sh"
need_override
need_release
need strip valgrind

n=$(count_instructions "$HAKMEM_LIB" /bin/true)
without=$(count_instructions '' /bin/true)
echo "$n instructions; $without without the library"
[ "$without" -gt 50000 ] || fail 'implausible: what was counted?'
[ "$n" -le 140000 ] || [ "$without" -gt 113000 ] || fail "$n instructions"
[ $((n - without)) -le 28000 ] || fail "$((n - without)) of them for the library, more than 28000"
