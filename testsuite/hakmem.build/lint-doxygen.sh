#!/bin/sh
# SPDX-License-Identifier: MIT
# hak-timeout: 120
# make doxygen has nothing to complain of, and what it makes has every function, a main page with floors and
# journeys, and the examples. That it does complain, an undocumented parameter shows.
. "$srcdir/testsuite/lib/build.sh"
need_lint doxygen make

make -s V=1 -C "$builddir" doxygen doxygen_output="$PWD/out" >log 2>&1 || fail "$(cat log)"
[ ! -s log ] || fail "$(cat log)"
[ -f out/html/index.html ] || fail 'no main page'
for word in 'superslab' 'A malloc and a free, file by file' 'hak_free_miss'; do
	grep -q "$word" out/html/index.html || fail "the main page does not have: $word"
done
list_own_names >functions
while read -r name; do
	grep -q "$name" out/html/group__*.html || fail "$name is not in the reference"
done <functions
for example in "$srcdir"/doc/examples/*.c; do
	grep -q "${example##*/}" out/html/examples.html || fail "${example##*/} is not in the reference"
done

mkdir -p broken/include broken/doc
cp "$srcdir/doc/mainpage.md" "$srcdir/doc/walk.md" broken/doc && cp -r "$srcdir/doc/examples" broken/doc
mkdir broken/lib && cp "$srcdir/lib/README" broken/lib
sed '0,/@param size/s/@param size.*//' "$srcdir/include/hakmem.h" >broken/include/hakmem.h
# The output first: it may lie below the sources.
sed "s|$PWD/out|@OUTPUT@|g; s|$srcdir/|$PWD/broken/|g; s|\"$srcdir\"|\"$PWD/broken\"|g; s|@OUTPUT@|$PWD/broken|g" \
	out/Doxyfile >broken/Doxyfile
! doxygen broken/Doxyfile >log 2>&1 || fail 'an undocumented parameter goes unseen'
grep -q 'hakmem_malloc' log || fail "$(cat log)"
