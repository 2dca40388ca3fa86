#!/bin/sh
# SPDX-License-Identifier: MIT
# profile:debug lists what the program leaks when it exits, the places that leak most first, no more than 20 of them, and a
# sum. Without a leak, or with prof_leaks:false, it says nothing; with prof_dump it is in that file alone.
. "$srcdir/testsuite/lib/build.sh"
need_override

cat >leaks.c <<'END'
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
static void *volatile kept[100];
__attribute__((noinline)) static void lose(int n, size_t size)
{
	for (int i = 0; i < n; i++)
		kept[99] = malloc(size);
	kept[99] = NULL;
}
__attribute__((noinline)) static void keep(void)
{
	void **volatile p;

	for (int i = 0; i < 50; i++) {
		kept[i] = p = malloc(5000);
		*p = malloc(100);
	}
	free(malloc(70));
}
__attribute__((noinline)) static void run(int n_places)
{
	volatile char room[10000];

	keep();
	for (int i = 0; i < n_places; i++)
		lose(i + 1, (size_t)i * 16 + 10);
	memset((char *)room, 0, sizeof(room));
}
__attribute__((noinline)) static void wipe(void)
{
	volatile char room[30000];

	memset((char *)room, 0, sizeof(room));
}
int main(int argc, char **argv)
{
	run(atoi(argv[argc - 1]));
	wipe();
	return 0;
}
END
# shellcheck disable=SC2086 # words
$CC $CFLAGS -fno-builtin -w -o leaks leaks.c || fail 'cannot compile'

# run OPTIONS PLACES
run()
{
	HAKMEM_CONF=$1 LD_PRELOAD=$HAKMEM_LIB ./leaks "$2" 2>err || fail "$1: exit code $?" "$(cat err)"
}

run profile:debug 0
[ ! -s err ] || fail 'no leak, but' "$(cat err)"
run profile:debug,prof_leaks:false 3
[ ! -s err ] || fail 'not asked for, but' "$(cat err)"
run profile:hardened 3
[ ! -s err ] || fail 'hardened, but' "$(cat err)"

run profile:debug 3
[ "$(wc -l <err)" = 4 ] || fail 'not three places and a sum' "$(cat err)"
sed -n 1p err | grep -Eqx 'hakmem: leaked: 3 blocks, [0-9]+ bytes: allocated at leaks\+0x[0-9a-f]+ leaks\+0x.*' || fail "$(cat err)"
sed -n 3p err | grep -Eqx 'hakmem: leaked: 1 block, [0-9]+ bytes: allocated at leaks\+0x.*' || fail "$(cat err)"
sed -n 4p err | grep -Eqx 'hakmem: leaked: 6 blocks, [0-9]+ bytes in all' || fail "$(cat err)"

run profile:debug 40
[ "$(wc -l <err)" = 21 ] || fail 'not the 20 worst places and a sum' "$(cat err)"
head -n 20 err | sed 's/.* \([0-9]*\) bytes.*/\1/' >n
sort -nr n | cmp - n || fail 'in another order' "$(cat err)"
tail -n 1 err | grep -q ' 820 blocks, ' || fail 'not all of them' "$(cat err)"

run "profile:debug,prof_dump:$PWD/leaks.folded" 3
[ ! -s err ] || fail 'with prof_dump' "$(cat err)"
[ -s leaks.folded ] || fail 'no profile'
