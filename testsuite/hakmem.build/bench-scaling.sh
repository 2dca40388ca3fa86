#!/bin/sh
# SPDX-License-Identifier: MIT
# hak-timeout: 120
# hak-alone: others use the build folder, too
# hak-skip-unless: test "$HAK_OVERRIDE" = 1
# hak-skip-unless: command -v python3
# hakmem-bench --scaling counts by site, measures, models, and writes its part of a document; a library that
# does not count is told apart; its law and its queues are what the textbooks say.
. "$srcdir/testsuite/lib/build.sh"
bench=$srcdir/tools/hakmem-bench

make -s -C "$builddir" bench-audit >make.log 2>&1 || fail "bench-audit: $(cat make.log)"
for p in launch probe prodcons; do
	# shellcheck disable=SC2086 # words
	$CC $CFLAGS -o "$p" "$srcdir/bench/$p.c" -pthread -ldl || fail "$p does not build"
done

cat >doc.md <<'END_OF_DOC'
before
<!-- figures begin -->
kept
<!-- figures end -->
<!-- scaling begin -->
old
<!-- scaling end -->
after
END_OF_DOC
scaling()
{
	python3 "$bench" -q --scaling --programs . -n 1 -a "hakmem=$HAKMEM_LIB" "$@"
}
scaling --audit "$builddir/bench/audit/libhakmem.so.1" --threads 1,2 -o out.json --markdown doc.md prodcons \
	>out 2>err || fail "$(cat out err)"
grep -q 'tiny/remote.h hak_remote_push_any' out || fail "no sites: $(cat out)"
for line in before kept after '### Counted' '### Modelled'; do
	grep -q "^$line" doc.md || fail "$line: $(cat doc.md)"
done
grep -q '^old$' doc.md && fail 'the old figures are still there'

cat >check.py <<'END_OF_CHECK'
import json
s = json.load(open("out.json", encoding="utf-8"))["scaling"]
run = s["counted"][0]
assert run["threads"] == 2 and len(s["counted"]) == 1, "prodcons needs pairs of threads"
def total(key, file="", function=""):
    return sum(x[key] for x in run["sites"] if file in x["file"] and function in x["function"])
# Each block goes home by one of these, and few others do.
sent = total("n_rmw", "tiny/remote.h", "hak_remote_push_any")
assert run["ops"] * 0.99 <= sent <= run["ops"] * 1.01, (sent, run["ops"])
# Each lock is taken by one read-modify-write at least, and given back by one.
locks = total("n_locks")
assert locks > 0 and total("n_rmw", "os/lock.c", "hak_lock_take") >= locks
assert total("n_rmw", "os/lock.c", "hak_lock_give") == locks
for x in run["sites"]:
    assert x["n_lines"] >= x["n_rmw"] and x["n_moved"] <= x["n_lines"] and x["n_contended"] <= x["n_locks"], x
assert all(m["ops_per_s"] > 0 for m in s["measured"]) and s["measured"][0]["cores"] == 1
END_OF_CHECK
python3 check.py || fail 'the counts'

cat >model.py <<'END_OF_MODEL'
import sys
sys.path.insert(0, sys.argv[1])
sys.dont_write_bytecode = True
import usl
def near(a, b):
    return abs(a - b) <= 1e-3 * abs(b)
assert near(usl.throughput(1, 90, {"a": 10}), 1 / 100)
assert near(usl.throughput(1000, 90, {"a": 10}), 1 / 10)  # the station lets no more through
assert near(usl.throughput(8, 100, {}), 8 / 100)
# Two customers, one station, no time of their own: always one waits.
assert near(usl.throughput(2, 0, {"a": 10}), 1 / 10)
assert near(usl.throughput(2, 10, {"a": 10}), 2 / 25)
points = {n: usl.law(n, 5e6, 0.03, 0.0005) for n in (1, 2, 4, 8, 16, 32, 64)}
assert near(points[2], 5e6 * 2 / 1.031)
found = usl.fit(points)
if found:
    assert near(found[0], 5e6) and near(found[1], 0.03) and near(found[2], 0.0005), found
assert usl.fit({1: 1.0, 2: 2.0}) is None
END_OF_MODEL
python3 model.py "$srcdir/bench/tool" || fail 'the model'

scaling --threads 2 nosuch >out 2>err
[ $? = 2 ] || fail 'an unknown program: not 2'
grep -q nosuch err || fail "$(cat err)"
scaling --threads two prodcons >out 2>err
[ $? = 2 ] || fail '--threads two: not 2'
scaling --audit ./no.so prodcons >out 2>err && fail 'a library that is not there'
grep -q bench-audit err || fail "$(cat err)"
if [ "$HAK_AUDIT" = 0 ]; then
	scaling --audit "$HAKMEM_LIB" --threads 2 prodcons >out 2>err && fail 'a library that does not count'
	grep -q 'does not count' err || fail "$(cat err)"
fi
exit 0
