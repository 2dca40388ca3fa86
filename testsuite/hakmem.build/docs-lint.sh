#!/bin/sh
# SPDX-License-Identifier: MIT
# mandoc and man have nothing to say about the manual pages.
. "$srcdir/testsuite/lib/build.sh"
need mandoc

mkdir man1 man3 man5 man7
for page in "$srcdir"/man/*.[1-9]; do
	cp "$page" "man${page##*.}/" || fail "$page"
done
set -- man?/*.[1-9]
[ $# -ge 30 ] || fail 'hardly a page found'

# What other pages this machine has, and the width of source lines, is not the pages' fault.
for page; do
	grep -q '^\.so ' "$page" || mandoc -Tlint "$page" 2>/dev/null
done | grep -v -e 'referenced manual not found' -e 'input text line longer than 80 bytes' >lint
[ ! -s lint ] || fail "$(cat lint)"

# mandoc does not know every macro that groff trips over.
if man --version 2>/dev/null | grep -q '^man [0-9]' && command -v groff >/dev/null; then
	for page; do
		# shellcheck disable=SC2069 # only the warnings
		MANROFFSEQ='' MANWIDTH=80 man --warnings -E UTF-8 -l -Tutf8 -Z "$page" 2>&1 >/dev/null
	done >warnings
	[ ! -s warnings ] || fail "$(cat warnings)"
fi
