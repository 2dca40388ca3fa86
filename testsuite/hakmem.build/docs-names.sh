#!/bin/bash
# SPDX-License-Identifier: MIT
# Every path, public or inner name, configure switch and option that the documents name exists.
. "$srcdir/testsuite/lib/build.sh"

cd "$srcdir" || fail 'no source'
documents='README.md HACKING PACKAGERS SECURITY.md NEWS lib/README doc/walk.md doc/mainpage.md
	doc/PERFORMANCE.md doc/PORTABILITY doc/DEPLOY rust/README testsuite/README'
pages=$(ls man/*.[1-9])
# Patterns and invented names, not names.
patterns=' hak_module_verb hak_noun hakmem_noun_verb HAK_X HAKMEM_X hakmem_x hak_x '
n_paths=0 n_names=0 n_pairs=0
wrong=

complain()
{
	wrong+="$1"$'\n'
}

# A path may be told from the top, from lib/ or from the build folder's top; a file alone, from anywhere. A variant
# of a benchmark is told like a path.
is_there()
{
	[ -e "$1" ] || [ -e "bench/${1%%/*}.c" ] || [ -e "lib/$1" ] || [ -e "$builddir/$1" ] || [ -e "$1.in" ] ||
		{ [[ $1 != */* ]] &&
			find bench doc include lib rust pkgconfig testsuite -name "$1" -o -name "$1.in" | grep -q .; }
}

# What ends in a slash or in one of our endings; what has a slash inside.
with_ending='(^|[^A-Za-z0-9_./=$-])(\.\.?/)?[.A-Za-z0-9_-]*[A-Za-z0-9_](/[A-Za-z0-9_.-]+)*'
with_ending+='(/|\.(c|h|in|inc|md|sh|ac|am|map|sum|log|pc))([^A-Za-z0-9_/]|$)'
with_slash='(^|[ `(])\.?[a-z]+/[a-z][A-Za-z0-9_./-]*'

# What a document says of the tree as it is: a table of sites names the functions of the version that was measured.
text_of()
{
	if [ "$1" = doc/PERFORMANCE.md ]; then
		sed '/^### Counted, by site/,/^### /{/^|/d}' "$1"
	else
		cat "$1"
	fi
}

check_paths()
{
	local path
	while read -r path; do
		case $path in
		/* | */NAME | doc/html) continue ;; # the system's; a place for a name; what make doxygen writes
		debian | debian/*) [ -d debian ] || continue ;; # not in the tarball
		ops/s | ns/block | "") continue ;; # units
		esac
		n_paths=$((n_paths + 1))
		is_there "$path" || is_there "${1%/*}/$path" || complain "$1: no $path"
	done < <(text_of "$1" | grep -oE "$with_ending|$with_slash" |
		sed -E 's/^[^A-Za-z0-9_./]//; s/[^A-Za-z0-9_./-]$//; s/[.,:;]$//; s|^\.\.?/||' | sort -u)
}

check_names()
{
	local name where
	while read -r name; do
		[[ $patterns != *" $name "* ]] || continue
		n_names=$((n_names + 1))
		case $name in
		hakmem_* | HAKMEM_[A-Z]*) where='include/hakmem.h lib/conf lib/libhakmem.map lib/api rust/build.rs' ;;
		HAKMEM_*) where=lib/libhakmem.map ;;
		*) where='lib configure.ac' ;;
		esac
		# shellcheck disable=SC2086 # words
		grep -rqw --exclude=README -e "$name" $where || grep -rqw -e "$name" testsuite/README testsuite/lib ||
			complain "$1: no $name"
	done < <(text_of "$1" | grep -v '^\.Dt ' | grep -oE '\b(hak|hakmem|HAK|HAKMEM)_[A-Za-z0-9_]+' | sed 's/_$//' | sort -u)
}

check_switches()
{
	local switch
	while read -r switch; do
		n_names=$((n_names + 1))
		grep -qE "(AC_ARG_WITH|AC_ARG_ENABLE|HAK_ARG_BOOL)\(\[${switch#--*-}\]" configure.ac ||
			complain "$1: no configure switch $switch"
	done < <(grep -oE '(^|[^A-Za-z-])--(with|enable|disable)-[a-z-]+' "$1" | sed 's/^[^-]//' | sort -u)
}

# "key:value" as in HAKMEM_CONF: the library itself tells whether it takes it.
check_pairs()
{
	local pair
	while read -r pair; do
		n_pairs=$((n_pairs + 1))
		HAKMEM_CONF=$pair LD_PRELOAD=$HAKMEM_LIB /bin/true 2>&1 | grep -v '^{\|^ \|statistics' |
			grep . && complain "$1: $pair"
	done < <(grep -oE '\b[a-z_]+:((true|false|on|off|abort|report|exit|json|none|auto|cgroup)\b|-?[0-9]+([KMGT]|%|\b))' "$1" | sort -u)
}

# Programs of ours, and what make is to make.
check_programs()
{
	local name
	while read -r name; do
		n_names=$((n_names + 1))
		[ -e "tools/$name" ] || [ -e "tools/$name.in" ] || [ -e "tools/$name.c" ] || [ -e "tools/$name.py" ] || grep -rq "\"$name\"" lib ||
			complain "$1: no program $name"
	done < <(grep -oE '(^|[^A-Za-z/-])hakmem-[a-z]+' "$1" | grep -o 'hakmem-.*' | sort -u)
}

for document in $documents; do
	[ -s "$document" ] || fail "no $document"
	check_paths "$document"
	check_names "$document"
	check_switches "$document"
	check_programs "$document"
	[ "$HAK_OVERRIDE" != 1 ] || check_pairs "$document"
done
for page in $pages; do
	check_names "$page"
	check_switches "$page"
	check_programs "$page"
	case $page in
	*.conf.5 | *.7 | *.3 | */hakmem-run.1) [ "$HAK_OVERRIDE" != 1 ] || check_pairs "$page" ;;
	esac
done

echo "$n_paths paths, $n_names names, $n_pairs options"
[ "$n_paths" -ge 50 ] || fail 'hardly a path found'
[ "$n_names" -ge 100 ] || fail 'hardly a name found'
[ "$n_pairs" -ge 5 ] || [ "$HAK_OVERRIDE" != 1 ] || fail 'hardly an option found'
[ -z "$wrong" ] || fail "$wrong"
