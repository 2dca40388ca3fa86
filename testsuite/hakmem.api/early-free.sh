#!/bin/sh
# SPDX-License-Identifier: MIT
# A library whose constructor runs before all others (-z initfirst) allocates, and free(NULL)s first.
set -eu

cat >first.c <<'C'
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
static char *kept;
__attribute__((constructor)) static void first(void)
{
	free(NULL);
	for (size_t n = 1; n < 1 << 24; n = n * 2 + 1) {
		char *p = malloc(n);
		if (!p)
			_exit(9);
		memset(p, 1, n);
		free(p);
	}
	kept = strdup("first");
}
void first_check(void) { if (!kept || strcmp(kept, "first")) _exit(8); free(kept); }
C
cat >main.c <<'C'
void first_check(void);
int main(void) { first_check(); return 0; }
C
$CC -shared -fPIC -fno-builtin -Wl,-z,initfirst -o libfirst.so first.c
$CC -o main main.c -L. -lfirst -Wl,-rpath,"$PWD"
LD_PRELOAD=$HAKMEM_LIB ./main
LD_PRELOAD="$HAKMEM_LIB ./libfirst.so" ./main
LD_PRELOAD="./libfirst.so $HAKMEM_LIB" ./main
