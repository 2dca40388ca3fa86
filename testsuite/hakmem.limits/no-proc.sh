#!/bin/sh
# SPDX-License-Identifier: MIT
# A static program in an empty root folder, without /proc, /sys and /dev: works.
set -eu

[ "$(id -u)" = 0 ] || { echo "not root: no chroot"; exit 77; }
cat >main.c <<'C'
#include <malloc.h>
#include <stdlib.h>
#include <string.h>
int main(void)
{
	static char *p[5000];
	for (int round = 0; round < 3; round++) {
		for (size_t i = 0; i < 5000; i++) {
			if (!(p[i] = malloc(i * 30)))
				return 1;
			memset(p[i], 1, i * 30);
		}
		for (size_t i = 0; i < 5000; i++)
			free(p[i]);
		malloc_trim(0);
	}
	return 0;
}
C
$CC -O2 -fno-builtin -static -o main main.c "$HAKMEM_A" -pthread
mkdir root
cp main root/main
chroot root /main
