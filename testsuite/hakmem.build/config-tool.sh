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
grep -q '^environment  *HAKMEM_CONF=stats:none,diet:true,purge_delay:17$' explained || fail 'HAKMEM_CONF is not shown'
grep -q '^diet  *true  *false  *environment  *run-time$' explained || fail "diet: $(cat explained)"
grep -q '^purge_delay  *17  *[0-9]*  *environment  *run-time$' explained || fail "purge_delay: $(cat explained)"
grep -q '^stats  *none  *none  *environment  *start-up$' explained || fail "stats: $(cat explained)"
grep -q '^on_error  *abort  *abort  *default  *start-up$' explained || fail "on_error: $(cat explained)"
sed -n '/^strict: /,$s/: .*//p' lines >wanted
sed '1,/^OPTION/d; /^$/,$d; s/ .*//' explained | diff wanted - || fail 'options of hakmem_config() (<) and explained (>) differ'

grep -q '^limits in force: soft ' explained || fail "limits: $(cat explained)"
HAKMEM_CONF=limit_hard:40M,limit_soft:30M,limit:none "$config" --explain >explained
grep -q '^limits in force: soft 30 MiB, hard 40 MiB (from options)$' explained || fail "limits: $(cat explained)"

# Where a value comes from, however it is written; what is refused leaves the default; the later one counts; columns.
cat >wanted <<'END'
cgroup_root /a/very/long/path/indeed environment start-up
diet false default run-time
limit_hard 512M environment run-time
purge_delay 500 environment run-time
strict false environment start-up
thp auto default run-time
END
HAKMEM_CONF=limit_hard:512m,purge_delay:0500,cgroup_root:/a/very/long/path/indeed,diet:maybe,nothing:1,strict:false \
	"$config" --explain >explained 2>err || fail '--explain'
awk '/^(limit_hard|purge_delay|cgroup_root|diet|strict|thp) / { print $1, $2, $4, $5 }' explained | LC_ALL=C sort |
	diff wanted - || fail 'values and where they come from: wanted (<), told (>)'
[ "$(grep -c 'maybe' err)" = 1 ] || fail "complaints are not told once: $(cat err)"
[ "$(sed '/^OPTION/,$!d; /^limits/d; /^$/d' explained | awk '{ print match($0, /[^ ]+$/) }' | sort -u | wc -l)" = 1 ] ||
	fail "columns: $(cat explained)"
HAKMEM_CONF=purge_delay:7,purge_delay:nonsense "$config" --explain 2>/dev/null |
	grep -q '^purge_delay  *7  *1000  *environment' || fail 'the last one that is right'
HAKMEM_CONF=purge_delay:1000 "$config" --explain | grep -q '^purge_delay  *1000  *1000  *environment' ||
	fail 'a value that is the default'

# In a program, which does not run.
if [ "$HAK_OVERRIDE" = 1 ]; then
	printf '#!/bin/sh\n: >ran\n' >script
	chmod +x script
	for program in ./script touch; do
		HAKMEM_CONF=diet:true "$config" --explain "$program" >explained || fail "--explain $program"
		grep -q '^diet  *true  *false  *environment  *run-time$' explained || fail "$program: $(cat explained)"
	done
	[ ! -e ran ] || fail 'the program runs'
	"$HAKMEM_RUN" --explain -o diet:true touch ran | grep -q '^diet  *true .*environment' || fail 'hakmem-run --explain'
	[ ! -e ran ] || fail 'the program runs'
	"$config" --explain ./no-such-program >out 2>err
	[ $? = 1 ] || fail 'a program that is not there: not 1'
	grep -q 'no-such-program' err || fail "$(cat err)"
fi
"$config" --version ls >out 2>err
[ $? = 2 ] || fail 'a program behind --version: not 2'

# All that is asked for.
"$config" --version --prefix --cflags --libs >out || fail 'several questions'
[ "$(wc -l <out)" = 3 ] || fail "three lines: $(cat out)"
[ "$(sed -n 1p out)" = "$("$config" --version)" ] || fail "--version first: $(cat out)"
[ "$(sed -n 2p out)" = "$("$config" --prefix)" ] || fail "--prefix second: $(cat out)"
sed -n 3p out | grep -q -- '^-I.*-lhakmem' || fail "the flags last: $(cat out)"
[ "$("$config" --cflags --libs --version)" = "$("$config" --version && "$config" --cflags --libs)" ] ||
	fail '--cflags --libs --version'

HAKMEM_CONF=strict:true,no:1 "$config" --explain >out 2>err
[ $? = 1 ] || fail 'refused options: not 1'
grep -q '"no"' err || fail "$(cat err)"
"$config" --nothing >out 2>err
[ $? = 2 ] || fail 'an unknown option: not 2'
grep -q nothing err || fail "$(cat err)"
"$config" >out 2>err
[ $? = 2 ] || fail 'no option: not 2'
