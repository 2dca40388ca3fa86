#!/bin/sh
# SPDX-License-Identifier: MIT
# hak-timeout: 300
# Where faults are to be reported is told once, to configure: the installed manual, SECURITY.md and hakmem.pc name that
# place, and without it the package provider, wherever a reader looks.
. "$srcdir/testsuite/lib/build.sh"
need make pkg-config
need_clean_source

# installs NAME CONFIGURE-ARGUMENT...
installs()
{
	name=$1
	shift
	mkdir "$name"
	(cd "$name" && "$srcdir/configure" -q --disable-static --prefix=/usr CC="$CC" CFLAGS="$CFLAGS" "$@" &&
		make -s install-data DESTDIR="$PWD/root") >log 2>&1 || fail "$(tail -n 20 log)"
	page=$(find "$name/root" -name hakmem.7)
	text=$(find "$name/root" -name SECURITY.md)
	pc=$(find "$name/root" -name hakmem.pc)
	for file in "$page" "$text" "$pc"; do
		[ -s "$file" ] || fail "$name: a file is not installed"
	done
	[ "$(find "$page" -perm 644)" = "$page" ] || fail 'the page has other rights than pages have'
}
places()
{
	for file in "$page" "$text" "$pc"; do
		grep -qF "$1" "$file" || fail "$file does not say $1"
	done
}
installs none
places 'the package provider'
PKG_CONFIG_PATH=$(dirname "$pc") pkg-config --validate hakmem || fail 'hakmem.pc'
! grep '^URL' "$pc" || fail 'an address was made up'
cmp "$page" "$srcdir/man/hakmem.7" || fail 'the page differs without need'
installs page --with-bug-report=https://bugs.example.org/hakmem
places https://bugs.example.org/hakmem
! grep -F 'the package provider' "$page" "$text" "$pc" || fail 'both are told'
grep -qx 'URL: https://bugs.example.org/hakmem' "$pc" || fail 'no URL'
[ "$(PKG_CONFIG_PATH=$(dirname "$pc") pkg-config --variable=bugreport hakmem)" = https://bugs.example.org/hakmem ] ||
	fail 'bugreport'
! command -v mandoc >/dev/null || mandoc -T lint -W warning "$page" || fail 'the page'

# No other file of the sources names an address.
list_texts | grep -vE '^(debian/|testsuite/|doc/abi/|COPYING|m4/|packaging/)' >texts
(cd "$srcdir" && xargs grep -nIE '[A-Za-z0-9._-]+@[A-Za-z0-9-]+\.[A-Za-z]{2,}' <"$OLDPWD/texts") | grep -v '@example\.org' >found
[ ! -s found ] || fail "an address: $(cat found)"
