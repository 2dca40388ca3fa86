#!/bin/sh
# SPDX-License-Identifier: MIT
# hak-timeout: 120
# stats_file: written while the program runs and at its end, in the form that the ending says; whole whenever somebody looks;
# there after SIGKILL; no file in its way is written through; what goes wrong is told once; from a thread with a tiny stack.
. "$srcdir/testsuite/lib/build.sh"
need_override
need python3
set -eu

cat >busy.c <<'END'
#include <limits.h>
#include <pthread.h>
#include <stdlib.h>
#include <time.h>
static long n_ms;
/* More than a cache holds: misses again and again, on the smallest stack that there is. */
static void *work(void *unused)
{
	static void *blocks[30000];
	struct timespec from, now;

	clock_gettime(CLOCK_MONOTONIC, &from);
	do {
		for (int i = 0; i < 30000; i++)
			blocks[i] = malloc((size_t)i % 3000);
		for (int i = 0; i < 30000; i++)
			free(blocks[i]);
		clock_gettime(CLOCK_MONOTONIC, &now);
	} while ((now.tv_sec - from.tv_sec) * 1000 + (now.tv_nsec - from.tv_nsec) / 1000000 < n_ms);
	return unused;
}
int main(int argc, char **argv)
{
	pthread_attr_t attr;
	pthread_t thread;

	n_ms = argc > 1 ? atoi(argv[1]) : 0;
	pthread_attr_init(&attr);
	pthread_attr_setstacksize(&attr, PTHREAD_STACK_MIN);
	return pthread_create(&thread, &attr, work, NULL) != 0 || pthread_join(thread, NULL) != 0;
}
END
# shellcheck disable=SC2086 # words
$CC $CFLAGS -w -fno-builtin -pthread -o busy busy.c
with()
{
	conf=$1
	shift
	LD_PRELOAD=$HAKMEM_LIB HAKMEM_CONF=$conf "$@"
}

# At the end, by ending; %p and %%.
with "stats_file:$PWD/a%%.%p.json" sh -c 'echo $$; exec ./busy' >pid
python3 -c 'import json, sys
r = json.load(open(sys.argv[1]))
assert r["pid"] == int(sys.argv[2]) and r["program"] == "busy"' "a%.$(cat pid).json" "$(cat pid)" || fail 'JSON, %p'
for form in om:openmetrics prom:prometheus; do
	with "stats_file:$PWD/a.${form%:*}" ./busy
	python3 "${srcdir:?}/testsuite/lib/metrics.py" "${form#*:}" "a.${form%:*}" || fail "$form"
done
with "stats_file:$PWD/a.xml" ./busy
python3 -c 'import xml.dom.minidom as m; m.parse("a.xml")' || fail 'XML'
with "stats_file:$PWD/a.txt" ./busy
head -n 1 a.txt | grep -q '^hakmem .* statistics of busy' || fail "text: $(cat a.txt)"
[ "$(find . -name '*.new')" = '' ] || fail "left behind: $(ls)"

# While it runs: whole at every look, newer now and then, and there when it is killed.
with "stats_file:$PWD/live.json,stats_interval:1" ./busy 60000 &
busy=$!
python3 - <<'END' || fail 'not written while the program runs'
import json, time
times, end = set(), time.time() + 40
while len(times) < 3 and time.time() < end:
    try:
        with open("live.json") as file:
            times.add(json.load(file)["time"])
    except FileNotFoundError:
        pass
assert len(times) == 3, times
END
kill -KILL $busy
wait $busy || :
python3 -c 'import json; json.load(open("live.json"))' || fail 'not there after SIGKILL'

# What another user may have put there is not written to.
echo mine >target
cat >link.sh <<END
ln -s "$PWD/target" "$PWD/l.json.\$\$.new"
exec ./busy
END
with "stats_file:$PWD/l.json" sh link.sh
[ "$(cat target)" = mine ] || fail 'written through a symbolic link'
python3 -c 'import json; json.load(open("l.json"))' || fail 'a link in its way'

# Told once, and the program goes on.
with "stats_file:$PWD/none/a.json,stats_interval:1" ./busy 2500 2>err || fail "exit code $?"
[ "$(grep -c "^hakmem: stats_file: cannot write $PWD/none/a.json" err)" = 1 ] || fail "said: $(cat err)"
# Nothing is written without the option.
mkdir empty
(cd empty && with stats_interval:1 ../busy 1500)
[ "$(ls empty)" = '' ] || fail "without being asked: $(ls empty)"
