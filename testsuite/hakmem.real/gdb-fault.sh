#!/bin/sh
# SPDX-License-Identifier: MIT
# hak-timeout: 240
# gdb's command hakmem fault, with a stripped library, on a program that SIGSEGV stopped and on its core: an overflow and a use
# after free, how far off, the block's size, and who allocated and freed it.
. "${srcdir:?}/testsuite/hakmem.real/real.inc"
need gdb strip
gdb -nx -batch -ex 'python print("python is there")' 2>/dev/null | grep -q 'python is there' || unsupported 'gdb without Python'
strip -o libhakmem.so.1 "$HAKMEM_LIB" || fail 'strip'

cat >program.c <<'C'
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
static char *ring[1000];
volatile char sink;
__attribute__((noinline)) void take(int i, unsigned n)
{
	ring[i] = malloc(n);
	sink = 0;
}
__attribute__((noinline)) void drop(char *p)
{
	free(p);
	sink = 0;
}
int main(int argc, char **argv)
{
	(void)argv;
	for (unsigned n = 0;; n++) {
		unsigned i = n * 2654435761U % 1000;
		char *p = ring[i];

		drop(p);
		if (argc > 1 && p)
			sink = p[5];
		take((int)i, 60);
		if (argc < 2)
			ring[i][64 + n % 2] = 1;
		if (n % 200 == 0)
			usleep(4000);
	}
}
C
$CC -g -O1 -fno-builtin -fno-omit-frame-pointer -o program program.c || fail 'it does not compile'

# inspect COMMAND...: what hakmem fault says in a program that gdb runs.
inspect()
{
	gdb -nx -batch -ex "source $srcdir/tools/hakmem-gdb.py" "$@" >out 2>&1 || fail 'gdb' "$(cat out)"
}
expect()
{
	grep -Eq "$1" out || fail "not found: $1" "$(cat out)"
}
for what in overflow freed; do
	set --
	[ $what = overflow ] || set -- freed
	inspect -ex "set exec-wrapper env LD_PRELOAD=$PWD/libhakmem.so.1 HAKMEM_CONF=guard_sample:now" -ex run -ex 'hakmem fault' -ex "generate-core-file core.$what" \
		--args ./program "$@"
	cp out "live.$what"
	inspect -ex 'hakmem fault &sink' -ex 'hakmem fault' ./program "core.$what"
	expect 'is not at a block that guard_sample has chosen'
	for out in "live.$what" out; do
		[ $out = out ] || cp $out out
		if [ $what = overflow ]; then
			expect '^0x[0-9a-f]+: overflow$'
			expect '^  [56] bytes past the end of the block 0x[0-9a-f]+ of 60 bytes, live$'
		else
			expect '^0x[0-9a-f]+: use after free$'
			expect '^  5 bytes into the block 0x[0-9a-f]+ of 60 bytes, freed$'
			expect 'drop .* at .*program.c:13$'
		fi
		expect '^  allocated by thread 1 '
		expect 'take .* at .*program.c:8$'
		expect 'main .* at .*program.c:'
	done
done
