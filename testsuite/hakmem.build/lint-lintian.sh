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
# The standards are those of the next Debian; an older lintian knows of no such version.
grep -v ': newer-standards-version ' log >found
[ ! -s found ] || fail "$(cat found)"

# Every override has its reason: a comment before it.
for file in "$srcdir"/debian/*lintian-overrides "$srcdir"/debian/source/lintian-overrides; do
	head -n 1 "$file" | grep -q '^#' || fail "$file: no reason"
done

# With the addresses of whoever puts it into a distribution all is there but a signature.
rm -f ./*.dsc ./*.changes ./*.buildinfo
(cd "$tree" && debian/adopt --homepage https://libhakmem.example.net --bugs https://libhakmem.example.net/bugs \
	--repository https://libhakmem.example.net/libhakmem.git \
	--maintainer 'A Name <name@example.net>' --itp 1234567 && dpkg-buildpackage -S -us -uc -d) >log 2>&1 ||
	fail "$(tail -n 50 log)"
[ "$(grep -vc '^#' "$tree/debian/source/lintian-overrides")" = 1 ] || fail 'overrides are left in the source'
[ -f "libhakmem_$version-1.dsc" ] || fail 'the version of the first upload'
sed -n 3p "$tree/debian/changelog" | grep -qx '  \* Initial release\. (Closes: #1234567)' || fail 'the ITP'
[ "$(make -s -f debian/rules -C "$tree" -p -n clean 2>/dev/null | sed -n 's/^BUG_REPORT = //p')" = \
	https://libhakmem.example.net/bugs ] || fail 'BUG_REPORT'
lintian --allow-root --pedantic -EI --tag-display-limit 0 --fail-on none ./*_source.changes >log 2>&1 || fail "$(cat log)"
grep -v ': newer-standards-version ' log >found
[ ! -s found ] || fail "$(cat found)"
(cd "$tree" && debian/adopt --homepage x --bugs x --repository x --maintainer 'A <a@b>') >log 2>&1 && fail 'adopted twice'

mkdir -p broken/DEBIAN
printf 'Package: broken\nVersion: 1\nArchitecture: all\nMaintainer: nobody\nDescription: broken\n' \
	>broken/DEBIAN/control
dpkg-deb --root-owner-group -b broken >log 2>&1 || fail "$(cat log)"
! lintian --allow-root broken.deb >log 2>&1 || fail 'it says nothing of a broken package'
grep -q '^E: broken: no-copyright-file' log || fail "$(cat log)"
