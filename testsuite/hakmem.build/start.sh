#!/bin/sh
# SPDX-License-Identifier: MIT
# The whole of /bin/true under the library: at most 145,000 instructions.
. "$srcdir/testsuite/lib/build.sh"
need_override
need_release
need valgrind

n=$(count_instructions /bin/true)
echo "$n instructions; at most 145000"
[ "$n" -gt 50000 ] || fail 'implausible: what was counted?'
[ "$n" -le 145000 ] || fail "$n instructions"
