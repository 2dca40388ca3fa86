#!/bin/sh
# SPDX-License-Identifier: MIT
# All pops lie in the section hak_hit_text, and no call leads out of it: an address in it that lies on a stack means that
# a signal interrupted a pop (thread/sleep.h).
. "$srcdir/testsuite/lib/build.sh"
need awk nm objdump readelf
need_override
need_release
case $(uname -m) in
x86_64) ;;
*) unsupported 'the disassembly is read on x86-64 only' ;;
esac

readelf -SW "$HAKMEM_LIB" | grep -q ' hak_hit_text ' || fail 'no section hak_hit_text'
objdump -d --no-show-raw-insn -j hak_hit_text "$HAKMEM_LIB" >inside
objdump -d --no-show-raw-insn -j .text "$HAKMEM_LIB" >outside
! grep -E '\bcall' inside || fail 'a call in hak_hit_text'
! grep -E '\bjmp +\*' inside || fail 'an indirect jump in hak_hit_text'

# What a pop looks like: top[sc] goes down by one, in place.
# shellcheck disable=SC2016 # a number, not a name
pop='addq +\$0xfffffffffffffff8,.*\(%r[a-z0-9]+,%r[a-z0-9]+,8\)'
n=$(grep -cE "$pop" inside)
echo "$n pops in hak_hit_text"
[ "$n" -ge 3 ] || fail 'hardly a pop in hak_hit_text: does the pattern still fit?'
! grep -E "$pop" outside || fail 'a pop outside of hak_hit_text'

# The functions known to begin there.
names='malloc'
[ "$HAK_CXX" = 0 ] || names="$names _Znwm _Znam _ZnwmRKSt9nothrow_t _ZnamRKSt9nothrow_t"
for name in $names; do
	start=$(nm -D --defined-only "$HAKMEM_LIB" | awk -v name="$name" '$3 == name { print $1 }')
	grep -q "^$start <" inside || fail "$name is not in hak_hit_text"
done
