#!/bin/sh
# SPDX-License-Identifier: MIT
# Installed where the loader looks anyway, hakmem-run names the library by its soname alone: the loader then takes
# the one that fits the program, be it of 64 or of 32 bit.
. "${srcdir:?}/testsuite/hakmem.real/real.inc"

mkdir bin here
sed "s|^libdir=.*|libdir='/usr/lib'|; s|^bindir=.*|bindir='$PWD/bin'|" "$HAKMEM_RUN" >bin/hakmem-run
chmod +x bin/hakmem-run
cp "$HAKMEM_LIB" here/libhakmem.so.1
# shellcheck disable=SC2016 # for the inner shell
LD_LIBRARY_PATH=$PWD/here bin/hakmem-run sh -c 'echo "$LD_PRELOAD"; cat /proc/$$/maps' >out || fail 'it fails'
[ "$(head -n 1 out)" = libhakmem.so.1 ] || fail "preloads $(head -n 1 out)"
grep -q "$PWD/here/libhakmem" out || fail 'the loader did not find it' "$(cat out)"

# A stand-in is enough to see which one is loaded.
mkdir there
cat >stand-in.c <<'END'
#include <unistd.h>
__attribute__((constructor)) static void say(void)
{
	(void)!write(1, "32 bit\n", 7);
}
END
echo 'int main(void) { return sizeof(void *); }' >main.c
for compiler in "$CC -m32" i686-linux-gnu-gcc; do
	$compiler -shared -fPIC -Wl,-soname,libhakmem.so.1 -o there/libhakmem.so.1 stand-in.c 2>/dev/null &&
		$compiler -o main main.c 2>/dev/null && ./main 2>/dev/null
	[ $? = 4 ] || continue
	LD_LIBRARY_PATH=$PWD/here:$PWD/there bin/hakmem-run ./main >out 2>err
	[ $? = 4 ] || fail 'the program of 32 bit does not run' "$(cat err)"
	grep -qx '32 bit' out || fail 'not the library of 32 bit' "$(cat out err)"
	echo 'seen with 32 bit, too'
	break
done
