#!/bin/sh
# SPDX-License-Identifier: MIT
# libhakmem.a can become part of somebody's shared library.
. "$srcdir/testsuite/lib/build.sh"
[ -f "$HAKMEM_A" ] || unsupported 'built with --disable-static'

# shellcheck disable=SC2086 # flags
$CC $CFLAGS -shared -Wl,-z,text -o plugin.so -Wl,--whole-archive "$HAKMEM_A" -Wl,--no-whole-archive -pthread ||
	fail 'libhakmem.a is not position independent'
