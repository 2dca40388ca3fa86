#!/bin/sh
# SPDX-License-Identifier: MIT
# hak-timeout: 300
# hak-alone: others use the build folder, too
# make installcheck runs tests against what is installed, and against nothing else: it fails where that is broken.
. "$srcdir/testsuite/lib/build.sh"
need make
need_override
grep -q '^srcdir = /' "$builddir/Makefile" ||
	unsupported 'configured by a relative path, which a copy of the build folder would break'

# A build folder of its own, or the results of the suite that runs this test would be in the way.
mkdir build
(cd "$builddir" && tar cf - --exclude=./check --exclude=./ci --exclude=./cross --exclude='./libhakmem-*' .) |
	tar xf - -C build || fail 'cannot copy the build folder'
make -s -C build install DESTDIR="$PWD/root" >log 2>&1 || fail "$(tail -n 20 log)"
check()
{
	INSTALLCHECK="'api.exp=version.c distinct.c' real.exp=preloaded.sh" make -C build installcheck DESTDIR="$PWD/root" \
		>log 2>&1
}
check || fail "$(tail -n 40 log)"
grep -q '^# of expected passes.*5$' log || fail "$(tail -n 40 log)"
grep -q "$PWD/root.*libhakmem" build/check/installed/check/hakmem.log ||
	readlink build/check/installed/.libs/libhakmem.so.1 | grep -q "^$PWD/root" || fail 'not what is installed'
library=$(readlink -f build/check/installed/.libs/libhakmem.so.1)
echo broken >"$library"
! check || fail 'it passes with a broken library installed'
