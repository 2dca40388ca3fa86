#!/bin/sh
# SPDX-License-Identifier: MIT
# Small: under 224 KiB stripped.
. "$srcdir/testsuite/lib/build.sh"
need strip
need_release

strip -o stripped "$HAKMEM_LIB" || fail 'strip'
size=$(wc -c <stripped)
echo "$size bytes"
[ "$size" -lt $((224 * 1024)) ] || fail "$size bytes stripped"
