#!/bin/sh
# SPDX-License-Identifier: MIT
# An invariant's name, such as C3, is stated in the head of one file only, and in order there; and what a comment or
# a document cites is stated somewhere.
. "$srcdir/testsuite/lib/build.sh"
need awk

cd "$srcdir" || fail 'no source'
: >"$OLDPWD/wrong"
# name file:line, of all that are stated: at the start of a line in a head, before its #include and #ifndef.
awk 'FNR == 1 { is_head = 1 } /^#(if|include)/ { is_head = 0 }
	is_head && /^ \* [A-Z][0-9] / { print $2, FILENAME ":" FNR }' lib/*/*.[ch] >"$OLDPWD/stated"
[ "$(wc -l <"$OLDPWD/stated")" -ge 20 ] || fail 'hardly an invariant found'
cut -d ' ' -f 1 "$OLDPWD/stated" | sort | uniq -d | while read -r name; do
	echo "$name is stated more than once: $(grep "^$name " "$OLDPWD/stated" | cut -d ' ' -f 2 | tr '\n' ' ')"
done >>"$OLDPWD/wrong"
awk '{ split($2, place, ":"); letter = substr($1, 1, 1); n = substr($1, 2)
	if (n != (letter in last ? last[letter] : 0) + 1)
		print $2 ": " $1 " is out of order"
	if (letter in file && file[letter] != place[1])
		print $2 ": " letter " is the letter of " file[letter]
	last[letter] = n; file[letter] = place[1] }' "$OLDPWD/stated" >>"$OLDPWD/wrong"
# Citations stand in comments and in text: C3, (C3), "B1 holds"; not C11, not -O2.
{
	grep -noE '(/\*|^ \*|//).*' lib/*/*.[ch] testsuite/hakmem.unit/*.[ch] /dev/null
	grep -n '' HACKING lib/README doc/walk.md
} | grep -oE '^[^:]*:[0-9]*:|(^|[^A-Za-z0-9_-])[A-Z][1-9]([^A-Za-z0-9]|$)' | awk '
	/:$/ && /\// || /^(HACKING):/ { place = $0; next }
	{ gsub(/[^A-Z0-9]/, ""); print $0, place }' | sort -u >"$OLDPWD/cited"
[ "$(wc -l <"$OLDPWD/cited")" -ge 40 ] || fail 'hardly a citation found'
while read -r name place; do
	grep -q "^$name " "$OLDPWD/stated" || echo "$place $name is stated nowhere"
done <"$OLDPWD/cited" >>"$OLDPWD/wrong"
cd "$OLDPWD" || fail 'no folder'
[ ! -s wrong ] || fail "$(cat wrong)"
