#!/bin/sh
# SPDX-License-Identifier: MIT
# hak-timeout: 120
# hak-alone: others use the build folder, too
# The tarball holds every file that git has but debian/, which is a packager's, unchanged, and nothing else but what
# ./bootstrap generates; and made twice, by whoever and whenever, it is the same.
. "$srcdir/testsuite/lib/build.sh"
need awk git make xz
[ -e "$srcdir/.git" ] || unsupported 'not a git tree'
git -C "$srcdir" rev-parse --git-dir >/dev/null 2>&1 || unsupported 'git does not read this tree'

make -s -C "$builddir" distdir distdir="$PWD/dist" >log 2>&1 || fail "$(cat log)"
git -C "$srcdir" ls-files | grep -v '^\.gitignore$\|^debian/' | LC_ALL=C sort >in-git
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

# Apart from what is built in the build folder.
mkdir again
tarball()
{
	rm -f "$builddir/again.tar.xz"
	(umask "$1" && make -s -C "$builddir" dist-xz distdir=again DIST_TARGETS=dist-xz) >log 2>&1 || fail "$(cat log)"
	mv "$builddir/again.tar.xz" "$2"
}
tarball 022 first.tar.xz
sleep 1
tarball 077 second.tar.xz
cmp first.tar.xz second.tar.xz || fail 'two tarballs differ'
tar tvf first.tar.xz | awk '{ print $2, substr($1, 5) }' | sort -u >owners
! grep -v '^0/0 r-[x-]r-[x-]$' owners || fail 'owners and rights are not all the same'
