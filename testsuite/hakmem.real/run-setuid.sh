#!/bin/sh
# SPDX-License-Identifier: MIT
# hakmem-run refuses a setuid or setgid program, and a script that one runs, says why and what to do.
. "${srcdir:?}/testsuite/hakmem.real/real.inc"

cp /bin/true program
for mode in 4755 2755; do
	chmod $mode program || unsupported 'no setuid bit here'
	"$HAKMEM_RUN" ./program >out 2>&1
	[ $? = 126 ] || fail "mode $mode is not refused" "$(cat out)"
	grep -q setuid out || fail 'no reason' "$(cat out)"
	grep -q 'libhakmem' out || fail 'no way out' "$(cat out)"
done
printf '#!%s/program\n' "$PWD" >script
chmod 755 script
"$HAKMEM_RUN" ./script >out 2>&1
[ $? = 126 ] || fail 'the script is not refused' "$(cat out)"
chmod 755 program
"$HAKMEM_RUN" ./program || fail 'refused without the bit'
