#!/bin/sh
# SPDX-License-Identifier: MIT
# hak-timeout: 300
# hak-skip-unless: test "$HAK_OVERRIDE" = 1
# hak-skip-unless: command -v python3
# hak-skip-unless: command -v redis-server
# hak-skip-unless: command -v redis-benchmark
# hakmem-bench --timeline watches a server while its client works, and ends.
. "$srcdir/testsuite/lib/build.sh"

for p in launch probe; do
	# shellcheck disable=SC2086 # words
	$CC $CFLAGS -o "$p" "$srcdir/bench/$p.c" -pthread -ldl || fail "$p does not build"
done
python3 "$srcdir/tools/hakmem-bench" -q --programs . -n 1 -a "hakmem=$HAKMEM_LIB" --timeline -o out.json redis-server >out 2>err ||
	fail "$(cat out err)"
cat >check.py <<'END_OF_CHECK'
import json
d = json.load(open("out.json", encoding="utf-8"))
assert [(t["program"], t["allocator"]) for t in d["timelines"]] == [("redis-server", "hakmem")], d["timelines"]
points = d["timelines"][0]["points"]
first, most = points[0][1], max(kib for _, kib in points)
assert len(points) > 50 and most > first + 20000, (len(points), first, most)
END_OF_CHECK
python3 check.py || fail 'check.py'
