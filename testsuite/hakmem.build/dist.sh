#!/bin/sh
# SPDX-License-Identifier: MIT
# hak-timeout: 120
# The tarball holds every file that git has, unchanged, and nothing else but what ./bootstrap generates.
. "$srcdir/testsuite/lib/build.sh"
need git make
[ -e "$srcdir/.git" ] || unsupported 'not a git tree'
git -C "$srcdir" rev-parse --git-dir >/dev/null 2>&1 || unsupported 'git does not read this tree'

make -s -C "$builddir" distdir distdir="$PWD/dist" >log 2>&1 || fail "$(cat log)"
git -C "$srcdir" ls-files | grep -v '^\.gitignore$' | LC_ALL=C sort >in-git
[ "$(wc -l <in-git)" -ge 300 ] || fail 'hardly a file in git'
(cd dist && find . ! -type d) | sed 's|^\./||' | LC_ALL=C sort >in-dist
left_out=$(LC_ALL=C comm -23 in-git in-dist)
[ -z "$left_out" ] || fail 'left out of the tarball:' "$left_out"
added=$(LC_ALL=C comm -13 in-git in-dist |
	grep -vxE 'Makefile\.in|aclocal\.m4|build-aux/[a-z.-]+|config\.h\.in|configure|m4/(libtool|lt[a-z~-]+)\.m4')
[ -z "$added" ] || fail 'in the tarball, but not in git:' "$added"
while read -r file; do
	cmp "$srcdir/$file" "dist/$file" || fail "$file differs"
done <in-git
grep -qx configure in-dist || fail 'no configure in the tarball'
