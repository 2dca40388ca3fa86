#!/bin/sh
# SPDX-License-Identifier: MIT
# hak-timeout: 600
# Built for musl and linked statically: malloc is ours in a -static program of another C library.
. "$srcdir/testsuite/lib/build.sh"
need make musl-gcc nm
need_clean_source

mkdir build
cd build || exit 1
"$srcdir/configure" -q --disable-shared CC=musl-gcc CFLAGS='-g -O2' >log 2>&1 || fail "$(cat log)"
make -s -j2 libhakmem.la >log 2>&1 || fail "$(cat log)"
cd ..
musl-gcc -g -O2 -static -fno-builtin -I"$srcdir/include" -o program "$srcdir/testsuite/lib/static-program.c" \
	build/.libs/libhakmem.a ||
	fail 'does not link statically with musl'
./program || fail "the program ended with $?"
