#!/bin/sh
# SPDX-License-Identifier: MIT
# mandoc has nothing to say about the manual pages, and every page of ours that they refer to is there.
. "$srcdir/testsuite/lib/build.sh"
need_lint mandoc

for page in "$srcdir"/man/*.[1-9]; do
	# A link; mandoc follows it only where the pages are installed.
	target=$(sed -n 's/^\.so man3\///p' "$page")
	if [ -n "$target" ]; then
		[ -s "$srcdir/man/$target" ] || fail "${page##*/} is a link to $target, which is not there"
		continue
	fi
	echo "$page"
done >pages
[ "$(wc -l <pages)" -ge 12 ] || fail 'hardly a page found'
# What other pages this machine has is not the pages' fault.
xargs mandoc -Tlint <pages 2>/dev/null | grep -v 'referenced manual not found' >log
[ ! -s log ] || fail "$(cat log)"
xargs sed -n 's/^\.Xr \(hakmem[^ ]*\) \([1-9]\).*/\1.\2/p' <pages | sort -u >references
[ "$(wc -l <references)" -ge 10 ] || fail 'hardly a reference found'
while read -r reference; do
	[ -s "$srcdir/man/$reference" ] || fail "there is no $reference"
done <references
printf '.Dd May 1, 2026\n.Dt X 1\n.Os\n.Sh NAME\n.Nm x\n.Nd x\n.Sh DESCRIPTION\n.Xx\n' >broken.1
mandoc -Tlint broken.1 2>&1 | grep -q 'unknown macro' || fail 'it says nothing of a broken page'
