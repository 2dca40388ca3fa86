#!/bin/sh
# SPDX-License-Identifier: MIT
# hak-timeout: 120
# cppcheck has nothing to say, for 64 and for 32 bit; that it does speak, a broken file shows. .cppcheck says
# what it need not tell.
. "$srcdir/testsuite/lib/build.sh"
need_lint cppcheck

check()
{
	cppcheck --quiet --error-exitcode=1 --std=c11 --enable=warning,performance,portability \
		--suppressions-list="$srcdir/.cppcheck" -DHAVE_CONFIG_H -D_GNU_SOURCE \
		-I"$builddir" -I"$srcdir/lib" -I"$srcdir/include" "$@" >log 2>&1
}

list_checked_sources >sources
[ "$(wc -l <sources)" -ge 40 ] || fail 'hardly a source found'
for platform in unix64 unix32; do
	check -j "$(nproc)" --platform="$platform" --file-list=sources || fail "$platform: $(cat log)"
done
echo 'int f(void) { int a[2] = { 0, 0 }; return a[2]; }' >broken.c
! check broken.c || fail 'it says nothing of a broken file'
grep -q arrayIndexOutOfBounds log || fail "$(cat log)"
