#!/bin/sh
# SPDX-License-Identifier: MIT
# The program's, and libc's own, calls of malloc and free are bound to us.
. "$srcdir/testsuite/lib/build.sh"
need_override

cat >program.c <<'END'
#define _GNU_SOURCE
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
int main(void)
{
	char *line = NULL, *copy = strdup("x");
	void *p = realloc(calloc(3, 5), 99);

	free(copy);
	free(p);
	return asprintf(&line, "%d", 7) != 1 || (free(line), 0);
}
END
# shellcheck disable=SC2086 # CC may hold flags
$CC -fno-builtin -o program program.c || fail 'program.c does not compile'
LD_PRELOAD=$HAKMEM_LIB LD_DEBUG=bindings LD_BIND_NOW=1 ./program 2>log || fail 'the program failed'
real=$(readlink -f "$HAKMEM_LIB")
for name in malloc free calloc realloc; do
	for user in '\./program' '[^ ]*/libc\.so\.6'; do
		grep "binding file $user .*symbol .$name'" log >lines || fail "$user: no binding of $name"
		! grep -v "to \($HAKMEM_LIB\|$real\) " lines || fail "$name bound elsewhere"
	done
done
