#!/bin/sh
# SPDX-License-Identifier: MIT
# pkg-config finds the library in the build tree, and a program so linked uses it.
. "$srcdir/testsuite/lib/build.sh"
need pkg-config

cat >program.c <<'END'
#include <hakmem.h>
#include <string.h>
int main(void)
{
	void *p = hakmem_malloc(10);

	hakmem_free(p);
	return !p || strcmp(hakmem_version(), HAKMEM_VERSION) != 0;
}
END
PKG_CONFIG_PATH=$builddir/pkgconfig
export PKG_CONFIG_PATH
flags=$(pkg-config --cflags --libs hakmem) || fail 'pkg-config does not know hakmem'
# shellcheck disable=SC2086 # words
$CC -o program program.c $flags || fail "does not link with $flags"
LD_LIBRARY_PATH=$(dirname "$HAKMEM_LIB") ./program || fail 'the program failed'
