#!/bin/sh
# SPDX-License-Identifier: MIT
# A file includes its own floor or a lower one, by the name floor/file.h; never a higher one or a sibling.
. "$srcdir/testsuite/lib/build.sh"
need awk

cd "$srcdir/lib" || fail 'no lib'
for folder in */; do
	grep -q " ${folder%/}\$" floors || fail "lib/$folder has no floor in lib/floors"
done
find . -name '*.[ch]' | sed 's|^\./||' >"$OLDPWD/files"
[ "$(wc -l <"$OLDPWD/files")" -gt 20 ] || fail 'hardly a source found'
# shellcheck disable=SC2046 # no blanks in our names
awk '
	FILENAME == "floors" { if ($1 ~ /^[0-9]+$/) floor[$2] = $1; next }
	/^[ \t]*#[ \t]*include[ \t]*"/ {
		split($0, part, "\""); split(part[2], to, "/"); split(FILENAME, from, "/")
		if (part[2] == "config.h" || part[2] == "hakmem.h")
			next
		if (!(to[1] in floor) || part[2] !~ /^[a-z]+\/[a-z_]+\.h$/)
			bad = bad FILENAME ": " part[2] ": not of the form floor/file.h\n"
		else if (to[1] != from[1] && floor[to[1]] >= floor[from[1]])
			bad = bad FILENAME ": " part[2] ": floor " floor[to[1]] " from floor " floor[from[1]] "\n"
	}
	END { printf "%s", bad; exit bad != "" }' floors $(cat "$OLDPWD/files") || fail 'the floors are broken'
