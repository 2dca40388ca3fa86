#!/bin/sh
# SPDX-License-Identifier: MIT
# hak-timeout: 120
# hak-alone: others use the build folder, too
# README, SECURITY.md and DEPLOY are installed, and name no file of the source tree that is not; the pages that a reader is sent
# to are there, each with its section where there are two of a name.
. "$srcdir/testsuite/lib/build.sh"
need make

make -s -C "$builddir" install DESTDIR="$PWD/root" >log 2>&1 || fail "$(tail -n 20 log)"
find root -type f -o -type l >installed
wrong=
for text in README SECURITY.md DEPLOY; do
	file=$(grep "/doc/libhakmem/$text\$" installed) || fail "$text is not installed"
	[ "$(wc -l <"$file")" -ge 20 ] || fail "$text is empty"
	grep -oE '[A-Za-z0-9_./-]+' "$file" | sed 's/\.$//; s|^\./||' | sort -u >words
	while read -r word; do
		case $word in
		*[!.]*/* | *.* | [A-Z][A-Z]*) ;;
		*) continue ;;
		esac
		[ -f "$srcdir/$word" ] || { [ -d "$srcdir/$word" ] && [ "$word" != "${word#*/}" ]; } || continue
		grep -q "/${word##*/}\$" installed || wrong="$wrong $text:$word"
	done <words
done
[ -z "$wrong" ] || fail "not installed, but named:$wrong"

# "man hakmem" opens section 3 where that is installed.
! grep -rnE '(^|[^a-z-])man hakmem([^-._a-z]|$)' "$srcdir/README.md" "$srcdir/SECURITY.md" "$srcdir"/man/*.[1-9] \
	"$srcdir/doc" "$srcdir/tools" "$srcdir/bench" "$srcdir/include" >log || fail "without a section: $(cat log)"
for text in "$srcdir/README.md" "$srcdir/SECURITY.md"; do
	grep -oE 'man [1-9] [a-z._-]+' "$text"
done | sort -u >pages
[ -s pages ] || fail 'no page is named'
while read -r _ section page; do
	[ -f "$srcdir/man/$page.$section" ] || fail "no page $page($section)"
done <pages
