#!/bin/sh
# SPDX-License-Identifier: MIT
# hak-timeout: 120
# Each program that a test needs comes with what ./bootstrap check installs: in a package of its list, in one that such a
# package depends on, or in one that every Debian has. So no test is skipped because the script forgot something.
. "$srcdir/testsuite/lib/build.sh"
need apt-cache dpkg dpkg-query

# What the script asks for, by a dpkg-query that says of everything that it is there.
mkdir path
# shellcheck disable=SC2016 # for the stub
printf '#!/bin/sh\nfor package; do :; done; echo "$package" >>"%s/asked"; echo installed\n' "$PWD" >path/dpkg-query
printf '#!/bin/sh\nexit 1\n' >path/make
chmod +x path/dpkg-query path/make
mkdir build
# It goes no further than to make.
PATH=$PWD/path:$PATH BUILD=$PWD/build "$srcdir/bootstrap" check >log 2>&1
[ "$(sort -u asked | wc -l)" -ge 20 ] || fail "hardly a package is asked for: $(cat asked log)"

{
	grep -rhoE '^[[:space:]]*need [a-z][a-z0-9 +-]*$' "$srcdir/testsuite" | sed 's/^[[:space:]]*need //'
	grep -rhoE 'hak-skip-unless: .*' "$srcdir/testsuite" | grep -oE 'command -v [a-z][a-z0-9+-]*' | sed 's/command -v //'
} | tr ' ' '\n' | grep . | sort -u >tools
[ "$(wc -l <tools)" -ge 20 ] || fail "hardly a program is needed: $(cat tools)"

{
	cat asked
	dpkg-query -W -f '${Package} ${Essential} ${Priority}\n' | awk '$2 == "yes" || $3 == "required" { print $1 }'
} | sort -u >wanted
# shellcheck disable=SC2046 # words
apt-cache depends --recurse --no-suggests --no-recommends --no-conflicts --no-breaks --no-replaces --no-enhances \
	$(cat wanted) 2>/dev/null | sed 's/.* //; s/[<>]//g; s/:.*//' | sort -u >come
cat wanted >>come

# The file of each tool, and what it is by the alternatives; with /usr merged, dpkg may know either by its old name.
while read -r tool; do
	grep -qx "$tool" asked && continue
	file=$(command -v "$tool") || fail "$tool: not here"
	for path in "$file" "$(readlink -f "$file")"; do
		printf '%s %s\n%s %s\n' "$tool" "$path" "$tool" "${path#/usr}"
	done
done <tools >files
# All in one question: dpkg reads every package's list for each.
cut -d ' ' -f 2 files | xargs dpkg -S 2>/dev/null | sed 's/:[a-z0-9]*\([,:]\)/\1/g' >owners
while read -r tool path; do
	grep ": $path\$" owners | sed 's/: [^:]*$//; s/, /\n/g' | grep -qxF -f come && echo "$tool"
done <files | sort -u >found
wrong=$(cut -d ' ' -f 1 files | sort -u | comm -23 - found)
[ -z "$wrong" ] || fail "tests need these, and ./bootstrap check does not install them: $wrong"
