#!/bin/sh
# SPDX-License-Identifier: MIT
# hak-timeout: 600
# The RPM spec and Alpine's APKBUILD have this version and put every file that make install does into a package: the
# spec by rpmbuild where it is, the APKBUILD by its own functions, with musl where a compiler for it is. Nothing of it runs.
. "$srcdir/testsuite/lib/build.sh"
need awk make xz
version=$(sed -n 's/^#define HAKMEM_VERSION "\([0-9.]*\)".*/\1/p' "$srcdir/include/hakmem.h")
spec=$srcdir/packaging/libhakmem.spec
apkbuild=$srcdir/packaging/APKBUILD

grep -qx "Version:  *$version" "$spec" || fail 'the version of the spec'
sed -n '/^%changelog/{n;p}' "$spec" | grep -q -- "- $version-1\$" || fail 'the change log of the spec'
grep -qx "pkgver=$version" "$apkbuild" || fail 'the version of the APKBUILD'

make -s -C "$builddir" distdir distdir="$PWD/libhakmem-$version" >log 2>&1 || fail "$(cat log)"
mkdir SOURCES
tar cJf "SOURCES/libhakmem-$version.tar.xz" "libhakmem-$version" || fail 'tar'

if command -v rpmbuild >/dev/null; then
	# Not where this system's rpm keeps its own, and nothing that it has installed by another way counts.
	# shellcheck disable=SC2016 # rpm's
	rpmbuild -bb --nodeps --nocheck --define "_topdir $PWD" --define "_dbpath $PWD/db" --define 'optflags -O0' \
		--define 'bug_report https://bugs.example.org' --define 'debug_package %{nil}' "$spec" >log 2>&1 ||
		fail "rpmbuild: $(tail -n 40 log)"
	[ "$(find RPMS -name '*.rpm' | wc -l)" = 4 ] || fail 'not four packages' "$(find RPMS)"
	! grep -i 'Installed (but unpackaged)\|listed twice' log || fail 'files that no package has, or two'
	if [ "${HAK_LINT-}" != no ] && command -v rpmlint >/dev/null; then
		# Addresses are the publisher's to give: no-url-tag, invalid-url. And no rpm of today wants a BuildRoot.
		rpmlint "$spec" >lint 2>&1 || true
		sed -n 's/.*: \([WE]\): \([a-z-]*\).*/\2/p' lint | grep -v '^no-url-tag$\|^invalid-url$\|^no-buildroot-tag$' >found
		[ ! -s found ] || fail "rpmlint: $(cat lint)"
	fi
fi

# What abuild does: the functions, one after the other, each in the folder of the sources.
if command -v musl-gcc >/dev/null; then
	CC=musl-gcc
else
	CC=${CC%% *}
fi
cat >abuild.sh <<'END'
set -eu
startdir=$PWD srcdir=$PWD CBUILD=$1 CHOST=$1 pkgdir=$PWD/pkg
. "$2"
apkroot=$pkgdir
cd "$builddir"
build
package
cd "$startdir"
# Takes what a subpackage wants out of the package, as abuild's amove does.
amove()
{
	for path; do
		mkdir -p "$subpkgdir/${path%/*}"
		mv "$apkroot/$path" "$subpkgdir/$path"
	done
}
for each in $subpackages; do
	case $each in
	*:*)
		name=${each%%:*} call=${each#*:}
		subpkgdir=$startdir/sub/$name
		mkdir -p "$subpkgdir"
		(pkgdir=$apkroot; "${call%%:*}") ;;
	esac
done
END
triplet=$(sed -n 's/^build_triplet = //p' "$builddir/Makefile")
rm -rf "libhakmem-$version"
tar xJf "SOURCES/libhakmem-$version.tar.xz"
CC=$CC CFLAGS=-O0 sh abuild.sh "$triplet" "$apkbuild" >log 2>&1 || fail "APKBUILD: $(tail -n 30 log)"
[ -x sub/hakmem-tools/usr/bin/hakmem-run ] || fail 'hakmem-tools has no hakmem-run'
[ -f sub/hakmem-tools-bash-completion/usr/share/bash-completion/completions/hakmem-run ] || fail 'no completion'
[ -f pkg/usr/lib/libhakmem.so.1 ] || fail 'no library'
# abuild's own -dev, -doc and -static take the rest.
left=$(find pkg ! -type d | sed 's|^pkg/||' |
	grep -vE '^usr/lib/libhakmem\.so\.1|^usr/(include|lib/pkgconfig|lib/cmake)/|^usr/share/(man|doc)/|^usr/lib/libhakmem\.(so|a)$')
[ -z "$left" ] || fail "the library's package has more than it should:" "$left"
