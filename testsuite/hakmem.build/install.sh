#!/bin/sh
# SPDX-License-Identifier: MIT
# hak-timeout: 300
# hak-alone: others use the build folder, too
# make install under a DESTDIR: every file is there, pkg-config, hakmem-run and bash's completions work from it, and a program
# linked with it uses it; make uninstall leaves nothing behind.
. "$srcdir/testsuite/lib/build.sh"
need make pkg-config

top=$PWD/root
make -s -C "$builddir" install DESTDIR="$top" >log 2>&1 || fail "$(cat log)"
pc=$(find "$top" -name hakmem.pc)
[ -n "$pc" ] || fail 'no hakmem.pc'
prefix=$(sed -n 's/^prefix=//p' "$pc")
PKG_CONFIG_PATH=$(dirname "$pc")
PKG_CONFIG_SYSROOT_DIR=$top
export PKG_CONFIG_PATH PKG_CONFIG_SYSROOT_DIR
libdir=$top$(PKG_CONFIG_SYSROOT_DIR='' pkg-config --variable=libdir hakmem)
for file in "$libdir/libhakmem.so" "$libdir/libhakmem.so.1" "$top$prefix/include/hakmem.h" \
	"$top$prefix/bin/hakmem-run"; do
	[ -f "$file" ] || fail "$file is not there"
done
# gdb looks there, below the folder of its own.
real=$(readlink -f "$libdir/libhakmem.so.1")
[ -f "$top$prefix/share/gdb/auto-load${real#"$top"}-gdb.py" ] || fail "no script for gdb: $(find "$top" -name '*-gdb.py')"
[ ! -f "$HAKMEM_A" ] || [ -f "$libdir/libhakmem.a" ] || fail 'no libhakmem.a'
# bash looks for a completion under the name of each program.
sed -n 's/^complete -F [a-z_]* //p' "$srcdir/tools/bash-completion" >completed
[ -s completed ] || fail 'bash-completion was not understood'
while read -r name; do
	[ -f "$top$prefix/bin/$name" ] || fail "a completion of $name, which is not installed"
	find "$top" -path "*/completions/$name" | grep -q . || fail "$name: its completion is not installed"
done <completed

cat >program.c <<'END'
#include <hakmem.h>
int main(void)
{
	void *p = hakmem_malloc(10);

	hakmem_free(p);
	return !p;
}
END
# shellcheck disable=SC2046,SC2086 # words
$CC $CFLAGS -o program program.c $(pkg-config --cflags --libs hakmem) || fail "does not link"
LD_LIBRARY_PATH=$libdir ./program || fail 'the program failed'
if [ "$HAK_OVERRIDE" = 1 ]; then
	# shellcheck disable=SC2016 # for the inner shell
	"$top$prefix/bin/hakmem-run" sh -c 'cat /proc/$$/maps' >maps || fail 'hakmem-run'
	grep -q "$libdir/libhakmem.so" maps || fail 'the installed hakmem-run preloads another library'
fi
[ ! -f "$HAKMEM_A" ] || {
	# shellcheck disable=SC2046,SC2086
	$CC $CFLAGS -o static program.c "$libdir/libhakmem.a" $(pkg-config --cflags hakmem) -pthread || fail 'libhakmem.a'
	./static || fail 'the program with libhakmem.a failed'
}
make -s -C "$builddir" uninstall DESTDIR="$top" >log 2>&1 || fail "$(cat log)"
left=$(find "$top" ! -type d)
[ -z "$left" ] || fail "left behind: $left"
# The prefix itself may bear the name; gdb's folder repeats it.
[ ! -d "$top$prefix" ] || left=$(find "$top$prefix" -mindepth 1 -name '*hakmem*' ! -path '*/auto-load/*')
[ -z "$left" ] || fail "left behind: $left"
