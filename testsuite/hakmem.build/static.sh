#!/bin/sh
# SPDX-License-Identifier: MIT
# Linked with -static: malloc is ours there, too.
. "$srcdir/testsuite/lib/build.sh"
need_override
[ -f "$HAKMEM_A" ] || unsupported 'built with --disable-static'

# shellcheck disable=SC2086 # flags
$CC $CFLAGS -static -fno-builtin -I"$srcdir/include" -o program "$srcdir/testsuite/lib/static-program.c" "$HAKMEM_A" \
	-pthread || fail 'does not link with -static'
./program || fail "the program ended with $?"
