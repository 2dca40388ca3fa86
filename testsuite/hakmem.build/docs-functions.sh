#!/bin/sh
# SPDX-License-Identifier: MIT
# Every public function has a page, or a link to its group's page, which names it and declares it as hakmem.h
# does; every page of section 3 is a function's. hakmem(3) names every function and every figure of the
# statistics. All pages are installed.
. "$srcdir/testsuite/lib/build.sh"
need awk
man=$srcdir/man

list_own_names >functions
[ "$(wc -l <functions)" -ge 25 ] || fail 'hardly a function found in hakmem.h'
: >wrong

# The names that a page has in its section NAME.
list_named()
{
	awk '/^\.Sh / { is_name = ($2 == "NAME"); next } is_name && /^\.Nm / { print $2 }' "$1"
}
# What a page declares in its synopsis: "type name(arguments)", without blanks.
list_declared()
{
	awk '
		/^\.Sh / { is_synopsis = ($2 == "SYNOPSIS"); next }
		!is_synopsis { next }
		/^\.Ft / { type = substr($0, 5); next }
		/^\.Fn / {
			n = split($0, part, "\"")
			split(part[1], word, " ")
			all = n > 1 ? "" : word[3]
			for (i = 2; i <= n; i += 2)
				all = all (i > 2 ? "," : "") part[i]
			print type word[2] "(" all ")"
		}
		/^\.Fo / { name = $2; all = "" }
		/^\.Fa / { split($0, part, "\""); all = all (all == "" ? "" : ",") part[2] }
		/^\.Fc/ { print type name "(" all ")" }' "$1" | tr -d ' \t'
}
# The same of the header.
tr '\n\t' '  ' <"$srcdir/include/hakmem.h" | sed 's/HAKMEM_PUBLIC /\n&/g' |
	sed -n 's/^HAKMEM_PUBLIC \([^()]*([^()]*)\).*/\1/p' | tr -d ' ' >declared
[ "$(wc -l <declared)" -ge "$(wc -l <functions)" ] || fail 'not every declaration of hakmem.h was understood'

while read -r name; do
	page=$man/$name.3
	if [ ! -f "$page" ]; then
		echo "$name: no page" >>wrong
		continue
	fi
	target=$(sed -n '1s|^\.so man3/||p' "$page")
	if [ -n "$target" ]; then
		page=$man/$target
		[ -f "$page" ] || { echo "$name: its link leads to $target, which is not there" >>wrong; continue; }
	fi
	list_named "$page" | grep -qx "$name" || echo "$name: not in the section NAME of $page" >>wrong
	wanted=$(grep "$name(" declared)
	list_declared "$page" | grep -qxF -e "$wanted" ||
		echo "$name: not declared in $page as $wanted" >>wrong
	grep -q "Xr $name 3" "$man/hakmem.3" || echo "$name: not in hakmem.3" >>wrong
done <functions

for page in "$man"/*.3; do
	name=${page##*/}
	name=${name%.3}
	[ "$name" = hakmem ] || grep -qx "$name" functions || echo "$name.3: no such function" >>wrong
	for other in $(list_named "$page"); do
		[ "$other" = hakmem ] || [ -f "$man/$other.3" ] ||
			echo "$name.3: names $other, which has no page" >>wrong
	done
done

# Every "hakmem..." that a page refers to.
sed -n 's/^\.It //; s/.*/ & /p' "$man"/*.[1-9] | grep -o 'Xr hakmem[a-z_.0-9-]* [1-9]' | sort -u |
	while read -r _ name section; do
		[ -f "$man/$name.$section" ] || echo "$name($section): referred to, but not there" >>wrong
	done

# The statistics, in the header's order.
sed -n '/^struct hakmem_[a-z_]*stats {/,/^}/s/^	uint64_t \([a-z_]*\);.*/\1/p' \
	"$srcdir/include/hakmem.h" >fields
[ "$(wc -l <fields)" -ge 25 ] || fail 'hardly a figure found in hakmem.h'
sed -n '/^\.Sh STATISTICS/,/^\.Sh ENV/s/^\.It Fa \([a-z_]*\)$/\1/p' "$man/hakmem.3" >told
diff fields told >>wrong

for page in "$man"/*.[1-9]; do
	grep -q "man/${page##*/}" "$srcdir/man/Makefile.inc" "$srcdir/bench/Makefile.inc" \
		"$srcdir/pkgconfig/Makefile.inc" "$srcdir/tools/Makefile.inc" || echo "${page##*/}: not installed" >>wrong
done

# hakmem-run(1) has the options that hakmem-run --help has.
"$HAKMEM_RUN" --help | grep -o '^  -.*' | sed 's/   .*//' | grep -oE '(^|[ ,])-?-[A-Za-z][a-z-]*' |
	tr -d ' ,' | sort >helped
[ "$(wc -l <helped)" -ge 5 ] || fail 'hardly an option found in hakmem-run --help'
sed -n '/^\.Sh DESCRIPTION/,/^\.Sh ENV/s/^\.It Fl //p' "$man/hakmem-run.1" | tr ',' '\n' |
	sed -n 's/^ *\(-*[A-Za-z][a-z-]*\).*/-\1/p' | sort >told
diff helped told >>wrong

# So have the programs that look at others.
for tool in hakmem-stat hakmem-top; do
	"$builddir/tools/$tool" --help | grep -E '^  +-' | grep -oE '(^|[ ,])--?[A-Za-z][a-z-]*' | tr -d ' ,' | sort -u >helped
	[ "$(wc -l <helped)" -ge 6 ] || fail "hardly an option found in $tool --help"
	sed -n '/^\.Sh DESCRIPTION/,/^\.S[hs] [CE]/s/^\.It Fl //p' "$man/$tool.1" | tr ',' '\n' |
		sed -n 's/^ *\(-*[A-Za-z][a-z-]*\).*/-\1/p' | sort -u >told
	diff helped told >>wrong
done

[ ! -s wrong ] || fail "$(cat wrong)"
