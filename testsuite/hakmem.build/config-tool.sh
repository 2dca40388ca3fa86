#!/bin/sh
# SPDX-License-Identifier: MIT
# hakmem-config in the build tree: its flags are enough to build with, and it explains the options as they are
# in force; a mistake in calling it is told apart.
. "$srcdir/testsuite/lib/build.sh"
config=$builddir/tools/hakmem-config

cat >program.c <<'END'
#include <hakmem.h>
#include <string.h>
int main(void)
{
	return strcmp(hakmem_version(), HAKMEM_VERSION) != 0;
}
END
# shellcheck disable=SC2046,SC2086 # words
$CC $CFLAGS -o program program.c $("$config" --cflags --libs) || fail 'does not link'
LD_LIBRARY_PATH=$(dirname "$HAKMEM_LIB") ./program || fail 'the program failed'
[ "$("$config" --version)" = "$(sed -n 's/^#define HAKMEM_VERSION "\(.*\)".*/\1/p' "$srcdir/include/hakmem.h")" ] ||
	fail 'the version'

# Each option of hakmem_config(), with its value.
"$config" --config >lines || fail '--config'
HAKMEM_CONF=stats:none,diet:true,purge_delay:17 "$config" --explain >explained || fail '--explain'
grep -q '^HAKMEM_CONF=stats:none,diet:true,purge_delay:17$' explained || fail 'HAKMEM_CONF is not shown'
grep -q '^diet  *true  *false  *HAKMEM_CONF  *run-time$' explained || fail "diet: $(cat explained)"
grep -q '^purge_delay  *17  *[0-9]*  *HAKMEM_CONF  *run-time$' explained || fail "purge_delay: $(cat explained)"
grep -q '^stats  *none  *none  *HAKMEM_CONF  *start-up$' explained || fail "stats: $(cat explained)"
grep -q '^on_error  *abort  *abort  *default  *start-up$' explained || fail "on_error: $(cat explained)"
sed -n '/^strict: /,$s/: .*//p' lines >wanted
sed '1,2d; /^$/,$d; s/ .*//' explained | diff wanted - || fail 'options of hakmem_config() (<) and explained (>) differ'

grep -q '^limits in force: soft ' explained || fail "limits: $(cat explained)"
HAKMEM_CONF=limit_hard:40M,limit_soft:30M,limit:none "$config" --explain >explained
grep -q '^limits in force: soft 30 MiB, hard 40 MiB (from options)$' explained || fail "limits: $(cat explained)"

HAKMEM_CONF=strict:true,no:1 "$config" --explain >out 2>err
[ $? = 1 ] || fail 'refused options: not 1'
grep -q '"no"' err || fail "$(cat err)"
"$config" --nothing >out 2>err
[ $? = 2 ] || fail 'an unknown option: not 2'
grep -q nothing err || fail "$(cat err)"
"$config" >out 2>err
[ $? = 2 ] || fail 'no option: not 2'
