#!/bin/sh
# SPDX-License-Identifier: MIT
# limit_hard holds for what a library takes in a constructor that runs before ours.
set -eu

cat >first.c <<'C'
#include <stdlib.h>
#include <unistd.h>
__attribute__((constructor)) static void first(void)
{
	if (malloc(100 << 20))
		_exit(1);
}
void first_use(void) {}
C
echo 'void first_use(void); int main(void) { first_use(); return 0; }' >main.c
$CC -shared -fPIC -fno-builtin -o libfirst.so first.c
$CC -o main main.c -L. -lfirst -Wl,-rpath,"$PWD"
! LD_PRELOAD=$HAKMEM_LIB ./main || { echo 'refused without a limit'; exit 1; }
HAKMEM_CONF=limit_hard:50M LD_PRELOAD=$HAKMEM_LIB ./main
