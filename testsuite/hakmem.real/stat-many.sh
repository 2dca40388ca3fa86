#!/bin/sh
# SPDX-License-Identifier: MIT
# hak-timeout: 120
# hakmem-stat --all and hakmem-top find the programs under libhakmem, and no others; metrics of several programs are in order;
# --watch goes on until the program has ended; hakmem-top sorts, in a terminal, too.
. "${srcdir:?}/testsuite/hakmem.real/real.inc"
need python3
stat=${builddir:?}/tools/hakmem-stat top=$builddir/tools/hakmem-top

cat >holds.c <<'END'
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
/* Holds so many MiB, and as many again that are free. */
int main(int argc, char **argv)
{
	static char *blocks[2][4096];
	int n = atoi(argv[1]);

	for (int i = 0; i < n * 16; i++)
		for (int k = 0; k < 2; k++)
			memset(blocks[k][i] = malloc(65536), 1, 65536);
	for (int i = 0; i < n * 16; i++)
		free(blocks[1][i]);
	puts("ready");
	fflush(stdout);
	sleep(argc > 2 ? atoi(argv[2]) : 100);
	return 0;
}
END
# shellcheck disable=SC2086 # words
$CC $CFLAGS -w -fno-builtin -o big-holder holds.c || fail 'holds.c'
cp big-holder small-holder
cp big-holder plain-holder
start()
{
	rm -f ready
	"$@" >ready &
	pid=$!
	until [ -s ready ]; do sleep 0.1; done
}
LD_PRELOAD=$HAKMEM_LIB start ./big-holder 60
big=$pid
LD_PRELOAD=$HAKMEM_LIB start ./small-holder 20
small=$pid
start ./plain-holder 10
plain=$pid

"$stat" --all >out || fail '--all'
grep -q " $big big-holder " out || fail "--all: $(cat out)"
grep -q " $small small-holder " out || fail "--all: $(cat out)"
! grep -q " $plain " out || fail "one without libhakmem: $(cat out)"
"$stat" --all --json >out || fail '--all --json'
python3 -c 'import json, sys
found = {r["program"]: r for r in map(json.loads, open("out"))}
assert found["big-holder"]["allocated"] > 60 << 20 and found["small-holder"]["pid"] == int(sys.argv[1]), found.keys()' \
	"$small" || fail '--all --json'
for form in openmetrics prometheus; do
	"$stat" --$form "$big" "$small" >metrics || fail "--$form"
	python3 "$srcdir/testsuite/lib/metrics.py" $form metrics || fail "--$form: see above"
	[ "$(grep -c '^hakmem_allocated_bytes{' metrics)" = 2 ] || fail "--$form: not both"
done

# --watch ends with the program, and tells lines at the pace that was asked for.
LD_PRELOAD=$HAKMEM_LIB start ./big-holder 1 3
"$stat" --watch 0.2 "$pid" >out 2>err || fail "--watch: $(cat err)"
[ "$(grep -c " $pid big-holder " out)" -ge 5 ] || fail "--watch: $(cat out)"
# Where nobody reads any more, it ends, too.
"$stat" --watch 0.05 "$big" | head -n 3 >out
[ "$(wc -l <out)" = 3 ] || fail "--watch | head: $(cat out)"

# The order of hakmem-top: by pid to tell these two apart in any case.
order()
{
	wanted=$1
	shift
	"$top" "$@" >out 2>err || fail "hakmem-top $*: $(cat err)"
	[ ! -s err ] || fail "hakmem-top $*: $(cat err)"
	found=$(sed -n "s/^ *\($big\|$small\) .*/\1/p" out | tr '\n' ' ')
	[ "$found" = "$wanted " ] || fail "hakmem-top $*: the order is $found" "$(cat out)"
	! grep -q "^ *$plain " out || fail "one without libhakmem: $(cat out)"
}
order "$big $small" --sort live
order "$small $big" --sort live --reverse
order "$big $small" --sort program
order "$big $small $big $small" --sort rss --rounds 2 --delay 0.2
! "$top" --sort nothing >out 2>&1 || fail 'a column that is not there'

# In a terminal it renews the table, sorts at a key, and leaves the terminal as it was.
cat >terminal.py <<'END'
import os, pty, select, signal, sys, time

try:
    import curses
    curses.setupterm("xterm", os.open(os.devnull, os.O_WRONLY))
except Exception as error:
    print("no curses here:", error)
    sys.exit(0)
big, small, top = sys.argv[1:]
pid, fd = pty.fork()
if pid == 0:
    os.environ.update(TERM="xterm", LINES="30", COLUMNS="140")
    os.execv(top, [top, "--delay", "0.2", "--sort", "live"])
shown = b""

def read_until(is_there, what):
    global shown
    end = time.time() + 30
    while not is_there():
        assert time.time() < end, (what, shown[-3000:])
        if select.select([fd], [], [], 0.2)[0]:
            try:
                piece = os.read(fd, 65536)
            except OSError:
                piece = b""
            if not piece:
                break
            shown += piece
    assert is_there(), (what, shown[-3000:])

read_until(lambda: 0 < shown.find(b"big-holder") < shown.find(b"small-holder"), "the larger one first")
shown = b""
os.write(fd, b"r")
# Only what changes on the screen is sent: the rows change places, so that their numbers are written anew.
read_until(lambda: big.encode() in shown or b"big" in shown, "after r")
os.write(fd, b"q")
read_until(lambda: b"\x1b[?1049l" in shown or b"\x1b[?1l" in shown, "the end")
_, state = os.waitpid(pid, 0)
assert state == 0, state
END
python3 terminal.py "$big" "$small" "$top" || fail 'in a terminal: see above'
