#!/bin/sh
# SPDX-License-Identifier: MIT
# SECURITY.md's table of faults by profile says what the tests in hakmem.fault/cells.h try, row for row, and the other tests that
# it names are there.
. "$srcdir/testsuite/lib/build.sh"

sed -n '/^| fault | default |/,/^$/p' "$srcdir/SECURITY.md" | sed 1,2d | grep '^|' >rows
[ "$(wc -l <rows)" -ge 20 ] || fail 'hardly a row found'
# fault | default | hardened | debug, without the numbers of notes.
sed 's/^| //; s/ ([0-9])//; s/ | /|/g' rows | cut -d '|' -f 1-4 >said
sed -n 's/^	{ "\(.*\)", [0-9]*, [a-z_]*, { "\(.*\)", "\(.*\)", "\(.*\)" } },$/\1|\2|\3|\4/p' \
	"$srcdir/testsuite/hakmem.fault/cells.h" >tried
diff said tried || fail 'SECURITY.md (<) and cells.h (>) differ'
awk -F '|' '{ gsub(/[^a-z, -]/, "", $6); gsub(/,/, " ", $6); print $6 }' rows >names
for test in $(cat names) cells cells-harden cells-debug overflow-reach calloc-neighbour debug-stacks; do
	ls "$srcdir/testsuite/hakmem.fault/$test".c* >/dev/null 2>&1 || fail "no test $test"
done
