#!/bin/sh
# SPDX-License-Identifier: MIT
# SECURITY.md's table of errors by profile names a test in each row, and each test is there.
. "$srcdir/testsuite/lib/build.sh"

sed -n '/^| error | by default |/,/^$/p' "$srcdir/SECURITY.md" | sed 1,2d | grep '^|' >rows
[ "$(wc -l <rows)" -ge 10 ] || fail 'hardly a row found'
while read -r row; do
	tests=$(echo "$row" | awk -F '|' '{ gsub(/[^a-z, -]/, "", $5); gsub(/,/, " ", $5); print $5 }')
	[ -n "$tests" ] || fail "no test in: $row"
	for test in $tests; do
		ls "$srcdir/testsuite/hakmem.fault/$test".c* >/dev/null 2>&1 || fail "no test $test"
	done
done <rows
