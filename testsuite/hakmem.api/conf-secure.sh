#!/bin/sh
# SPDX-License-Identifier: MIT
# HAKMEM_CONF is ignored where the program has more rights than its caller (AT_SECURE).
set -eu

[ "$(id -u)" = 0 ] || { echo "not root: no setuid program can be made"; exit 77; }
cat >secure.c <<'C'
#include <hakmem.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/auxv.h>

int main(void)
{
	char value[40] = "";
	void *p = malloc(100);

	hakmem_option_get("purge_delay", value, sizeof(value));
	printf("%lu %s\n", getauxval(AT_SECURE), value);
	free(p);
	return 0;
}
C
$CC -I"${srcdir:?}/include" -I"${builddir:?}/include" -o secure secure.c "$HAKMEM_A" -pthread
HAKMEM_CONF=purge_delay:77 ./secure >out.txt
grep -qx '0 77' out.txt || { echo "the option is not read at all:"; cat out.txt; exit 1; }
mount=$(mktemp -d) # the build may lie in a folder that others cannot enter
trap 'rm -rf "$mount"' EXIT
chmod 755 "$mount"
cp secure "$mount/secure"
chown nobody "$mount/secure"
chmod 4755 "$mount/secure"
HAKMEM_CONF=purge_delay:77,zzz:1 "$mount/secure" >out.txt 2>err.txt
case $(cat out.txt) in
0*) echo "setuid has no effect here"; exit 77 ;;
'1 1000') ;;
*) echo "AT_SECURE, but:"; cat out.txt; exit 1 ;;
esac
[ ! -s err.txt ] || { cat err.txt; exit 1; }
