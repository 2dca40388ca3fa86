#!/bin/sh
# SPDX-License-Identifier: MIT
# hak-timeout: 60
# By default the library has no file but itself looked at, in no process: nothing in /proc or /sys, neither while it is
# loaded nor later.
. "$srcdir/testsuite/lib/build.sh"
need_override
need strace

cat >main.c <<'C'
#include "guest.h"

int main(void)
{
	grow_heap(32);
	be_busy(0.3);
	malloc_trim(0);
	return 0;
}
C
$CC -O2 -fno-builtin -D_GNU_SOURCE -I"$srcdir/testsuite/lib" \
	-I"$srcdir/testsuite/hakmem.guest" -o main main.c ||
	fail 'it does not compile'
strace -o /dev/null true 2>/dev/null || unsupported 'nothing can be traced here'

# list_files [OPTION]...: what the calls that take a name name, each once, in ./main.
list_files()
{
	strace -f -qq -e trace=%file -o log "$@" ./main || fail 'the traced program failed' "$(tail -n 5 log)"
	sed -n 's/^[0-9]* *[a-z_0-9]*([^"]*"\([^"]*\)".*/\1/p
		s/^[0-9]* *\(memfd_create\|socket\|pipe2*\|eventfd2*\)(.*/\1/p' log |
		sort -u
}
list_files >plain || exit 1
list_files -E "LD_PRELOAD=$HAKMEM_LIB" >preloaded || exit 1
grep -q '/libc\.' plain || fail 'no file is seen' "$(cat plain)"
grep -qx "$HAKMEM_LIB" preloaded || fail 'the library is not seen' "$(cat preloaded)"
# Of its own needs the dynamic linker looks for the C library's parts alone.
! sort plain plain preloaded | uniq -u | grep -vE "^$HAKMEM_LIB$|/lib(c|dl|pthread|m|gcc_s)[.-][^/]*$" ||
	fail 'other files'
