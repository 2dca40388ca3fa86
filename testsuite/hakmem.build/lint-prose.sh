#!/bin/sh
# SPDX-License-Identifier: MIT
# proselint has nothing to say about the documents and the manual (.proselintrc leaves out what is about typesetting and
# taste), and neither these nor the comments and messages say what .prose has a plainer word for. That both look, a bad
# text shows.
. "$srcdir/testsuite/lib/build.sh"
need_lint proselint mandoc

grep -v '^#' "$srcdir/.prose" | cut -f 1 >expressions
[ "$(wc -l <expressions)" -ge 15 ] || fail 'hardly an expression found'
! grep -qvE '^[^	]+	[^	]+$' <<END || fail 'a line of .prose is not an expression and, behind a tab, other words'
$(grep -v '^#' "$srcdir/.prose")
END

# find_phrases FILE...: what the expressions match, with what to write instead.
find_phrases()
{
	LC_ALL=C.UTF-8 grep -nEf expressions -- "$@" /dev/null | while read -r line; do
		grep -v '^#' "$srcdir/.prose" | while IFS='	' read -r expression instead; do
			if printf '%s\n' "${line#*:*:}" | LC_ALL=C.UTF-8 grep -qE -- "$expression"; then
				echo "$line (instead: $instead)"
			fi
		done
	done
}

# proselint has no option for its configuration and its cache.
mkdir -p home/.config/proselint
cp "$srcdir/.proselintrc" home/.config/proselint/config
cp "$srcdir/.proselintrc" home/.config/proselint/config.json
case $(proselint --help) in
*check*) subcommand=check ;;
*) subcommand= ;;
esac
# shellcheck disable=SC2086 # none, or a word
lint()
{
	HOME=$PWD/home XDG_CONFIG_HOME=$PWD/home/.config XDG_CACHE_HOME=$PWD/home/.cache LC_ALL=C.UTF-8 \
		proselint $subcommand "$@" 2>&1
}

# The manual as it is read: a sentence may span macros.
mkdir pages
for page in "$srcdir"/man/*.[1-9]; do
	[ "$(wc -l <"$page")" -le 1 ] || mandoc -T ascii -O width=78 "$page" 2>/dev/null | sed 's/.\x08//g' >"pages/${page##*/}"
done
[ "$(find pages -size +0 | wc -l)" -ge 12 ] || fail 'hardly a page found'

documents="$srcdir/README.md $srcdir/HACKING $srcdir/SECURITY.md $srcdir/PACKAGERS $srcdir/NEWS $srcdir/lib/README
	$srcdir/testsuite/README"
# shellcheck disable=SC2086 # words
set -- $documents "$srcdir"/doc/[A-Z]*[A-Z] "$srcdir"/doc/*.md "$srcdir"/include/*.h pages/*
[ $# -ge 20 ] || fail 'hardly a document found'
lint "$@" >log
find_phrases "$@" "$srcdir"/lib/*/*.[ch] "$srcdir"/tools/* "$srcdir"/bench/*.[ch] >>log
[ ! -s log ] || fail "$(cat log)"

printf 'This is very unique. For who reads on, it is told anew.\n' >bad
lint bad >log
grep -q unique log || fail 'proselint says nothing of a bad text' "$(cat log)"
[ "$(find_phrases bad | wc -l)" -ge 2 ] || fail '.prose finds nothing in a bad text'
