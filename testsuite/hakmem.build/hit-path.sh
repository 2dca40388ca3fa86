#!/bin/sh
# SPDX-License-Identifier: MIT
# The hit paths, from the entry of malloc and of free to the first return: no call, no lock, no
# exchange with memory, no system call.
. "$srcdir/testsuite/lib/build.sh"
need awk nm objdump
need_override
need_release
case $(uname -m) in
x86_64) ;;
*) unsupported 'the disassembly is read on x86-64 only' ;;
esac

objdump -d --no-show-raw-insn "$HAKMEM_LIB" >code || fail 'objdump'
for name in malloc free; do
	# Aliases share an address; objdump prints but one of the names.
	# As strings: 20e70 and 2e71 are the same number.
	start=$(nm -D --defined-only "$HAKMEM_LIB" | awk -v name="$name" '$3 == name { print $1 }')
	[ -n "$start" ] || fail "no $name"
	awk -v start="$start" '
		/^[0-9a-f]+ </ { inside = ($1 "" == start ""); next }
		inside && NF { print; if (/\tret/) exit }' code >"$name.code"
	n=$(wc -l <"$name.code")
	echo "$name: $n instructions to the first return"
	cat "$name.code"
	tail -n 1 "$name.code" | grep -q 'ret' || fail "$name: no return in sight"
	[ "$n" -ge 5 ] || fail "$name: implausibly short"
	! grep -E '\b(call|lock|syscall|sysenter|int|cmpxchg[0-9a-z]*|xadd|mfence|lfence|sfence)\b' "$name.code" ||
		fail "$name: the hit path does what it must not"
	! grep -E '\bxchg.*\(' "$name.code" || fail "$name: xchg with memory"
	# The first return must be on the hit path: nothing jumps out of the library before it either.
	! grep -E '\bjmp.*\*' "$name.code" || fail "$name: an indirect jump"
done
