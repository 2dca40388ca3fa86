#!/bin/sh
# SPDX-License-Identifier: MIT
# hak-timeout: 120
# hakmem-prof: run shows at a program's end who holds its memory, and keeps its exit code; top, stacks, diff, folded and
# flame show it of files; the flame graph is well-formed and as wide as it should; start and fetch ask a running process
# by prof_signal; mistakes are reported in a line.
. "$srcdir/testsuite/lib/build.sh"
need python3 addr2line
need_override

prof=$builddir/tools/hakmem-prof
# shellcheck disable=SC2086 # CC and CFLAGS may hold several words
$CC $CFLAGS -O1 -g -fno-builtin -I"$srcdir/include" -o planted "$srcdir/testsuite/lib/prof-planted.c" \
	-L"$builddir/.libs" -Wl,-rpath,"$builddir/.libs" -lhakmem || fail 'does not compile'
./planted p || fail "exit code $?"

# The function on the n-th line of a list.
nth()
{
	sed -n "$1p" list | awk '{ print $NF }'
}

"$prof" top -n 2 p-before.pb.gz >list || fail 'top'
[ "$(nth 3) $(nth 4)" = 'plant_much plant_little' ] || fail "top: $(cat list)"
"$prof" stacks -n 1 p-before.pb.gz >list || fail 'stacks'
[ "$(nth 2) $(nth 3)" = 'plant_much main' ] || fail "stacks: $(cat list)"
"$prof" diff p-before.pb.gz p-after.pb.gz >list || fail 'diff'
sed -n 3p list | grep -q '^ *-.*plant_much$' || fail "diff: $(cat list)"
"$prof" folded -t alloc_objects p-after.pb.gz >list || fail 'folded'
awk '/main;plant_much [0-9]+$/ { much += $NF } /main;plant_little [0-9]+$/ { little += $NF }
	END { exit !(much > 1200 && much < 3000 && little > 700 && little < 5000) }' list || fail "folded: $(cat list)"
"$prof" flame p-before.pb.gz >flame.svg || fail 'flame'
python3 - <<'END' || fail 'the flame graph is not right'
import xml.etree.ElementTree as tree

svg = '{http://www.w3.org/2000/svg}'
root = tree.parse('flame.svg').getroot()
boxes = {g.find(svg + 'title').text.split(':')[0]: g.find(svg + 'rect').attrib for g in root.iter(svg + 'g')}
main, much, little = boxes['main'], boxes['plant_much'], boxes['plant_little']
assert abs(float(much['width']) + float(little['width']) - float(main['width'])) < 1, boxes
assert float(much['width']) > float(little['width']) and float(much['y']) == float(little['y']) < float(main['y'])
END

# Its own end: what is kept is plant_little's.
"$prof" run -i 64K -s -o "$PWD/kept-%p.pb.gz" ./planted q >run.out 2>list || fail "run: $(cat list)"
grep -A 3 '^Live at the end:' list | sed -n 4p | grep -q 'plant_little$' || fail "run: $(cat list)"
grep -A 3 '^Live at the peak:' list | sed -n 4p | grep -q 'plant_much$' || fail "run: $(cat list)"
grep -A 3 '^Live at the end, by stack' list | sed -n 3p | grep -q '^    plant_little$' || fail "run: $(cat list)"
"$prof" top kept-*.pb.gz | grep -q 'plant_little$' || fail 'the kept profile'
code=0
"$prof" run -- python3 -c 'raise SystemExit(42)' 2>list || code=$?
[ "$code" = 42 ] || fail "exit code: $code, $(cat list)"
code=0
"$prof" run sh -c 'kill -9 $$' 2>list || code=$?
[ "$code" = 137 ] || fail "killed: $code"
grep -q '^hakmem-prof: sh left no profile' list || fail "killed: $(cat list)"

# A running process: the first signal starts a profile, unless there is one, each next one has it written.
cat >server.c <<'END'
#include <stdlib.h>
#include <unistd.h>
static void *kept[10000];
__attribute__((noinline)) static void *serve(void)
{
	void *p = malloc(5000);
	__asm__ volatile("" : "+r"(p));
	return p;
}
int main(void)
{
	for (unsigned i = 0; i < 10000000; i++) {
		if (i % 100 == 0)
			usleep(1000);
		free(kept[i % 10000]);
		kept[i % 10000] = serve();
	}
	return 0;
}
END
# shellcheck disable=SC2086 # CC and CFLAGS may hold several words
$CC $CFLAGS -O1 -g -fno-builtin -o server server.c || fail 'does not compile'
HAKMEM_CONF=prof_signal:64,prof_interval:16K,prof_dump:$PWD/fetched.%p.%n.pb.gz LD_PRELOAD=$HAKMEM_LIB ./server &
server=$!
trap 'kill "$server" 2>/dev/null' EXIT
sleep 0.2
"$prof" start "$server" || fail 'start'
sleep 0.3
for n in 0 1; do
	"$prof" fetch -o "copy.$n.pb.gz" "$server" >list 2>&1 || fail "fetch: $(cat list)"
	sed -n 3p list | grep -q 'serve$' || fail "fetch: $(cat list)"
	cmp "copy.$n.pb.gz" "fetched.$server.$n.pb.gz" || fail 'fetch -o'
	kill -0 "$server" || fail 'the process has ended'
done
"$prof" fetch -t pinned_space "$server" >list 2>&1 || fail "fetch -t: $(cat list)"
grep -q '^pinned_space: .* in all$' list || fail "fetch -t: $(cat list)"
! "$prof" fetch $$ >list 2>&1 || fail 'fetched from a process without prof_signal'
grep -q "^hakmem-prof: process $$ was not started with prof_signal" list || fail "$(cat list)"
! "$prof" start 999999999 >list 2>&1 || fail 'a process that is not there'
[ "$(wc -l <list)" = 1 ] || fail "$(cat list)"

for file in nowhere.pb.gz "$srcdir/README" p-before.heap; do
	! "$prof" top "$file" >list 2>&1 || fail "$file is no profile"
	[ "$(wc -l <list)" = 1 ] || fail "$(cat list)"
	grep -q "^hakmem-prof: $file: " list || fail "$(cat list)"
done
code=0
"$prof" top -t nonsense p-before.pb.gz 2>list || code=$?
[ "$code" = 2 ] || fail 'a wrong type'
