#!/bin/sh
# SPDX-License-Identifier: MIT
# hak-timeout: 120
# jeprof reads the profile as text: --text has the planted functions in order, with some 100 and 20 MB; --base what went.
. "$srcdir/testsuite/lib/build.sh"
need jeprof addr2line

# shellcheck disable=SC2086 # CC and CFLAGS may hold several words
$CC $CFLAGS -O1 -g -fno-builtin -I"$srcdir/include" -o planted "$srcdir/testsuite/lib/prof-planted.c" \
	-L"$builddir/.libs" -Wl,-rpath,"$builddir/.libs" -lhakmem || fail 'does not compile'
./planted p || fail "exit code $?"
jeprof --text planted p-before.heap >text 2>text.err || fail "$(cat text text.err)"
awk '
	$NF == "plant_much" { much = $1; at_much = NR }
	$NF == "plant_little" { little = $1; at_little = NR }
	END { exit !(at_much < at_little && much > 60 && much < 160 && little > 5 && little < 50) }' text || fail "$(cat text)"
jeprof --text --base=p-before.heap planted p-after.heap >text 2>text.err || fail "$(cat text text.err)"
awk '$NF == "plant_much" { is_less = $1 < -60 } END { exit !is_less }' text || fail "$(cat text)"
