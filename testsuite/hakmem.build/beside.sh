#!/bin/sh
# SPDX-License-Identifier: MIT
# hak-timeout: 120
# hak-alone: others use the build folder, too
# hak-skip-unless: test "$HAK_OVERRIDE" = 1
# hak-skip-unless: command -v python3
# After make install, without ldconfig, into folders that the dynamic linker does not know: hakmem-run, hakmem-config
# and hakmem-bench find the library beside them. hakmem-bench without its subject is an error, and measures nothing.
. "$srcdir/testsuite/lib/build.sh"
need make
grep -q '^srcdir = /' "$builddir/Makefile" ||
	unsupported 'configured by a relative path, which a copy of the build folder would break'

mkdir build
(cd "$builddir" && tar cf - --exclude=./check --exclude=./ci --exclude=./cross --exclude='./libhakmem-*' .) |
	tar xf - -C build || fail 'cannot copy the build folder'
for libdir in lib lib64/hakmem; do
	prefix=$PWD/prefix-${libdir##*/}
	rm -f build/libhakmem.la build/tools/hakmem-*
	make -s -C build install prefix="$prefix" exec_prefix="$prefix" bindir="$prefix/bin" \
		libdir="$prefix/$libdir" libexecdir="$prefix/libexec" >log 2>&1 || fail "make install: $(tail -n 20 log)"
	bin=$prefix/bin
	library=$prefix/$libdir/libhakmem.so.1
	"$bin/hakmem-run" cat /proc/self/maps >maps || fail 'hakmem-run'
	grep -q " $prefix/$libdir/libhakmem" maps || fail "$libdir: hakmem-run preloads another library"
	[ "$("$bin/hakmem-run" --library)" = "$library" ] || fail "--library: $("$bin/hakmem-run" --library)"

	# libtool may have put the folder into the helper; where it does not, as for /usr/local/lib, this is how it is.
	mv "$prefix"/libexec/libhakmem/hakmem-explain helper
	$CC -o "$prefix/libexec/libhakmem/hakmem-explain" -I"$srcdir/include" "$srcdir/tools/hakmem-explain.c" \
		-L"$prefix/$libdir" -lhakmem || fail 'the helper'
	for question in --config --explain; do
		"$bin/hakmem-config" $question >out 2>&1 || fail "hakmem-config $question: $(cat out)"
		grep -q 'purge_delay' out || fail "hakmem-config $question: $(cat out)"
	done
	mkdir -p elsewhere
	(cd elsewhere && "$bin/hakmem-bench" --show) >out 2>&1 || fail "hakmem-bench: $(cat out)"
	grep -q "^ *hakmem  *$library" out || fail "hakmem-bench measures another library: $(cat out)"
done

# A library that cannot be found, is broken, or is none.
for p in launch probe; do
	$CC -o "$p" "$srcdir/bench/$p.c" -ldl -pthread || fail "$p does not build"
done
bench()
{
	"$bin/hakmem-bench" -q -n 1 --programs . "$@" >out 2>err
}
rm -f "$prefix/$libdir"/libhakmem.so*
cp "$srcdir/README.md" broken.so
if ! ldconfig -p 2>/dev/null | grep -q libhakmem; then
	bench quick && fail 'no subject: exit 0'
	[ ! -s out ] || fail "it measures without its subject: $(cat out)"
	grep -q '^hakmem-bench: hakmem: not found' err || fail "no subject: $(cat err)"
	bench -a glibc,hakmem quick && fail 'an allocator that was named is missing: exit 0'
	grep -q '^hakmem-bench: hakmem: not found' err || fail "no subject: $(cat err)"
fi
bench -a "glibc,mine=$PWD/broken.so" -s mine quick
[ $? = 1 ] || fail "a subject that cannot be loaded: not 1: $(cat err)"
grep -q 'mine' err || fail "$(cat err)"
bench -a glibc -s other quick
[ $? = 2 ] || fail "a subject that is not measured: not 2: $(cat err)"
[ ! -s out ] || fail "it measures first: $(cat out)"
bench nosuch
[ $? = 2 ] || fail "no such program: not 2: $(cat err)"
grep -q nosuch err || fail "$(cat err)"
