#!/bin/sh
# SPDX-License-Identifier: MIT
# hakmem-run refuses a program of another machine, and one of another C library, says why and what to do; not one
# of its own, and not what an interpreter of its own runs.
. "${srcdir:?}/testsuite/hakmem.real/real.inc"

refuses()
{
	file=$1 reason=$2 cure=$3
	"$HAKMEM_RUN" "$file" >out 2>&1
	[ $? = 126 ] || fail "$file is not refused" "$(cat out)"
	grep -q "^hakmem-run: .*$reason" out || fail "$file: no reason" "$(cat out)"
	grep -q "$cure" out || fail "$file: no way out" "$(cat out)"
}

cp /bin/true program
"$HAKMEM_RUN" ./program || fail 'refused on its own machine'
# Its machine is in bytes 18 and 19.
cp program other
printf '\376' | dd of=other bs=1 seek=18 conv=notrunc 2>/dev/null
refuses ./other 'another architecture' 'for that architecture'
printf '#!%s/other\n' "$PWD" >script
chmod +x script
refuses ./script 'another architecture' 'for that architecture'
if command -v musl-gcc >/dev/null && LC_ALL=C grep -q 'libc\.so\.6' "$HAKMEM_LIB"; then
	echo 'int main(void) { return 0; }' >main.c
	musl-gcc -o with-musl main.c || fail 'musl-gcc'
	refuses ./with-musl 'another C library, musl' 'built for musl'
fi
