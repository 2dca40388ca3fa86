#!/bin/sh
# SPDX-License-Identifier: MIT
# hak-timeout: 120
# debian/copyright tells each file that others have written: all that the tarball has and git has not, and those of git
# that bear another's name. Each license that it names is in it.
. "$srcdir/testsuite/lib/build.sh"
need awk git make
copyright=$srcdir/debian/copyright
[ -f "$copyright" ] || unsupported 'no debian/ here: it is not in the tarball'
git -C "$srcdir" rev-parse --git-dir >/dev/null 2>&1 || unsupported 'git does not read this tree'

make -s -C "$builddir" distdir distdir="$PWD/dist" >log 2>&1 || fail "$(cat log)"
(cd dist && find . -type f) | sed 's|^\./||' | LC_ALL=C sort >in-dist
git -C "$srcdir" ls-files | LC_ALL=C sort >in-git
{
	# What configure is made of has no license of its own.
	LC_ALL=C comm -23 in-dist in-git | grep -vx 'config\.h\.in'
	(cd dist && grep -rlI 'Free Software Foundation, Inc\|X Consortium' .) | sed 's|^\./||'
} | grep -v '^testsuite/hakmem\.build/debian-copyright\.sh$' | LC_ALL=C sort -u >others
[ "$(wc -l <others)" -ge 10 ] || fail 'hardly a file of others'
# The files of each stanza but "*": these are paths, no patterns.
awk '/^Files:/ { is_on = 1; sub(/^Files: */, "") } /^[A-Z][a-z]*:/ { is_on = 0 } is_on && NF { print $1 }' "$copyright" |
	grep -vx '\*' | LC_ALL=C sort >told
LC_ALL=C comm -3 others told >wrong
[ ! -s wrong ] || fail 'files of others, and in the second column files told that are none:' "$(cat wrong)"

sed -n 's/^License: *//p' "$copyright" | sed 's/ and /\n/g' | sort | uniq -c | awk '$1 < 2 { print }' >single
[ ! -s single ] || fail "a license without its text, or without a file: $(cat single)"
