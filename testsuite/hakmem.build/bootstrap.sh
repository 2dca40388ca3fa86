#!/bin/sh
# SPDX-License-Identifier: MIT
# hak-timeout: 300
# ./bootstrap demo on a machine without a C++ compiler, and ./bootstrap check, which installs one: what configure
# found first does not count any more, so every C++ test runs. check installs no linter, lint does, and each runs what
# its name says.
. "$srcdir/testsuite/lib/build.sh"
need apt-get dpkg-query make
need_clean_source
[ -n "$CXX" ] || unsupported 'no C++ compiler here'
[ -f "$srcdir/configure" ] || unsupported 'no configure in the source tree'

# The machine's programs but for C++ compilers; what would install or run something only says so.
mkdir path
for folder in /bin /usr/bin /sbin /usr/sbin; do
	for file in "$folder"/*; do
		case ${file##*/} in
		c++* | g++* | clang++* | *-[cg]++* | *-clang++*) continue ;;
		esac
		[ -e "path/${file##*/}" ] || ln -s "$file" "path/${file##*/}"
	done
done
rm -f path/python3 path/make path/apt-cache path/apt-get path/dpkg-query path/sudo
stub()
{
	printf '#!/bin/sh\n%s\n' "$2" >"path/$1"
	chmod +x "path/$1"
}
stub python3 ':'
stub apt-cache ':'
stub apt-get 'echo "apt-get $*" >&2; exit 1'
# shellcheck disable=SC2016 # for the stubs
{
	stub dpkg-query 'for package; do :; done; echo "$package" >>"$HERE/asked"; echo installed'
	stub make 'echo "$*" >>"$HERE/made"'
}
export HERE="$PWD"
boot()
{
	rm -f asked made
	(unset CC CXX && PATH=$PWD/path BUILD=$PWD/build exec "$srcdir/bootstrap" "$1") >log 2>&1 ||
		fail "$1: $(tail -n 20 log)"
}
# What the tests would be told.
cxx()
{
	rm -f build/check/site.exp
	make -s -C build check/site.exp >log 2>&1 || fail "$(tail -n 20 log)"
	sed -n 's/.*CXX {\(.*\)} CFLAGS.*/\1/p' build/check/site.exp
}

boot demo
[ -z "$(cxx)" ] || fail 'a C++ compiler is found, so this test shows nothing'
! grep -qx 'g++' asked || fail 'the demo wants a C++ compiler'
ln -s "$(command -v "${CXX%% *}")" path/g++
boot check
[ "$(cxx)" = g++ ] || fail 'the C++ compiler that came with ./bootstrap check is not seen'
grep -q 'build check$' made || fail "check runs: $(cat made)"
for package in cppcheck clang-tidy lintian doxygen; do
	! grep -qx "$package" asked || fail "./bootstrap check installs $package"
done
boot check
! grep -q '^== Configuring' log || fail 'it configures anew although nothing has changed'
boot lint
grep -q 'build lint$' made || fail "lint runs: $(cat made)"
for package in cppcheck clang-tidy lintian doxygen dejagnu; do
	grep -qx "$package" asked || fail "./bootstrap lint does not install $package"
done
! grep -qx postgresql asked || fail './bootstrap lint installs what the tests run'
