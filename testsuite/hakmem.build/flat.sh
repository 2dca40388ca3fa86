#!/bin/sh
# SPDX-License-Identifier: MIT
# hak-timeout: 300
# What a run costs, and a verdict, in instructions, does not grow with the heap: with a hundred times as many superslabs at most
# 1.3 times as much, and 100 more: what is done each second falls into one run or the other.
. "$srcdir/testsuite/lib/build.sh"
need_override
need_release
need strip valgrind

# shellcheck disable=SC2086 # CC may hold flags
$CC -O2 -fno-builtin -o flat "$srcdir/testsuite/lib/flat-program.c" || fail 'flat-program.c does not compile'
HAKMEM_CONF=on_error:report
export HAKMEM_CONF

# Instructions of one operation, among $2 runs.
cost_of()
{
	once=$(count_instructions "$HAKMEM_LIB" ./flat "$2" 1000 "$1")
	twice=$(count_instructions "$HAKMEM_LIB" ./flat "$2" 2000 "$1")
	echo $(((twice - once) / 1000))
}

for what in replace verdict; do
	few=$(cost_of "$what" 200)
	many=$(cost_of "$what" 20000)
	echo "$what: $few instructions in some 10 superslabs, $many in 1,300"
	[ "$few" -gt 100 ] || fail 'implausible: what was counted?'
	[ $((many * 10)) -le $((few * 13 + 1000)) ] || fail "$what: too many"
done
