#!/bin/sh
# SPDX-License-Identifier: MIT
# hak-timeout: 600
# lintian has nothing to say of the packages made of a tarball of this tree, be it merely pedantic or information.
# That it does speak, a package without a description shows.
. "$srcdir/testsuite/lib/build.sh"
need_lint dh doxygen dpkg-buildpackage lintian make xz

[ -d "$srcdir/debian" ] || unsupported 'no debian/ here: it is not in the tarball'
version=$(sed -n '1s/.*(\(.*\)-[^-]*).*/\1/p' "$srcdir/debian/changelog")
tree=$PWD/libhakmem-$version
make -s -C "$builddir" distdir distdir="$tree" >log 2>&1 || fail "$(cat log)"
tar cJf "libhakmem_$version.orig.tar.xz" "libhakmem-$version" || fail 'tar'
cp -R "$srcdir/debian" "$tree/debian"
# As user or root; the suite has run or is running.
(cd "$tree" && DEB_BUILD_OPTIONS='nocheck terse' dpkg-buildpackage -us -uc -d) >log 2>&1 ||
	fail "$(tail -n 50 log)"
[ "$(find . -maxdepth 1 -name '*.deb' ! -name '*-dbgsym_*' | wc -l)" = 4 ] || fail 'not four packages'
lintian --allow-root --pedantic -EI --tag-display-limit 0 --fail-on none \
	./*.changes >log 2>&1 || fail "$(cat log)"
[ ! -s log ] || fail "$(cat log)"

mkdir -p broken/DEBIAN
printf 'Package: broken\nVersion: 1\nArchitecture: all\nMaintainer: nobody\nDescription: broken\n' \
	>broken/DEBIAN/control
dpkg-deb --root-owner-group -b broken >log 2>&1 || fail "$(cat log)"
! lintian --allow-root broken.deb >log 2>&1 || fail 'it says nothing of a broken package'
grep -q '^E: broken: no-copyright-file' log || fail "$(cat log)"
