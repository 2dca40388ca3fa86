#!/bin/sh
# SPDX-License-Identifier: MIT
# Options count from the first block: a library whose constructor runs before ours allocates, from .preinit_array or
# with -z initfirst even before libc finds the environment; and cache_cap:0 is in force afterwards all the same.
set -eu

cat >first.c <<'C'
#include <stdlib.h>
static void *volatile kept[200];
__attribute__((constructor)) static void first(void)
{
	for (int i = 0; i < 200; i++)
		kept[i] = malloc(64);
	for (int i = 0; i < 150; i++)
		free(kept[i]);
}
void first_use(void) {}
C
cat >main.c <<'C'
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>
void first_use(void);
#ifdef PREINIT
static void *volatile early;
static void allocate(void) { early = malloc(1000); }
__attribute__((section(".preinit_array"), used)) static void (*const preinit)(void) = allocate;
#endif
int main(void)
{
	char *volatile p = malloc(64);
	void *volatile wrong = p + 16;

	first_use();
	free(wrong);
	return !write(1, "gone on\n", 8);
}
C
fails()
{
	rc=0
	env HAKMEM_CONF=cache_cap:0 "$@" >out.txt 2>err.txt || rc=$?
	if [ "$rc" != 134 ] || [ -s out.txt ] || ! grep -q 'pointer inside a block' err.txt; then
		echo "$*: exit $rc"
		cat out.txt err.txt
		exit 1
	fi
}

$CC -shared -fPIC -fno-builtin -o libfirst.so first.c
for how in '' -DPREINIT; do
	# shellcheck disable=SC2086 # no blank in it
	$CC -fno-builtin $how -o main main.c -L. -lfirst -Wl,-rpath,"$PWD"
	fails LD_PRELOAD="$HAKMEM_LIB" sh -c 'exec ./main'
done
$CC -fno-builtin -o main main.c -Wl,--push-state,--no-as-needed "$HAKMEM_LIB" -Wl,--pop-state -L. -lfirst \
	-Wl,-rpath,"$PWD:$(dirname "$HAKMEM_LIB")"
fails ./main
if $CC -static -fno-builtin -o main main.c first.c "$HAKMEM_A" -pthread 2>static.txt; then
	fails ./main
fi
