#!/bin/sh
# SPDX-License-Identifier: MIT
# man --warnings, which is groff, has nothing to say about the manual pages: mandoc does not know every macro that
# groff trips over. That it does speak, a broken page shows.
. "$srcdir/testsuite/lib/build.sh"
need_lint man groff
man --version 2>/dev/null | grep -q '^man [0-9]' || unsupported 'man is not man-db'

format()
{
	# shellcheck disable=SC2069 # only the warnings
	MANROFFSEQ='' MANWIDTH=80 man --warnings -E UTF-8 -l -Tutf8 -Z "$1" 2>&1 >/dev/null
}

mkdir man1 man3 man5 man7
for page in "$srcdir"/man/*.[1-9]; do
	cp "$page" "man${page##*.}/" || fail "$page"
done
set -- man?/*.[1-9]
[ $# -ge 30 ] || fail 'hardly a page found'
for page; do
	format "$page"
done >log
[ ! -s log ] || fail "$(cat log)"
printf '.Dd May 1, 2026\n.Dt X 1\n.Os\n.Sh NAME\n.Nm x\n.Nd x\n.Sh DESCRIPTION\n.Xx\n' >man1/broken.1
format man1/broken.1 | grep -q . || fail 'it says nothing of a broken page'
