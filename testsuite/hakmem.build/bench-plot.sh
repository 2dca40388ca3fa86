#!/bin/sh
# SPDX-License-Identifier: MIT
# hak-timeout: 60
# hak-skip-unless: command -v python3
# The pictures of hakmem-bench: a value off the scale is marked as such and told, memory is not drawn as speed, hollow
# marks are as strong as filled ones, and what a model and a measurement say of the same number of cores is the same, in
# the same colour.
. "$srcdir/testsuite/lib/build.sh"
bench=$srcdir/tools/hakmem-bench

# Keeps what gnuplot is told, and draws as little as it takes.
mkdir bin
cat >bin/gnuplot <<'END'
#!/bin/sh
cat >"$SCRIPTS/script.$$"
file=$(sed -n "s/^set output '\(.*\)'$/\1/p" "$SCRIPTS/script.$$")
mv "$SCRIPTS/script.$$" "$SCRIPTS/${file##*/}.gp"
echo "<svg><path id='gpPt0' stroke-width='0.222'/></svg>" >"$file"
END
chmod +x bin/gnuplot
mkdir scripts
SCRIPTS=$PWD/scripts
export SCRIPTS

cat >make.py <<'END'
import json
names = ["glibc", "hakmem", "a", "b", "c", "d", "e", "f"]
def program(key, more):
    metric = {"key": key, "unit": "u", "scale": 1, "more_is_better": more}
    return {"argv": [], "sets": ["five"], "metric": metric, "also": [], "curve": []}
programs = {"near": program("seconds", False), "far": program("seconds", False),
            "rss_after/all": program("rss_active_kib", False)}
runs = []
for n in programs:
    for i, a in enumerate(names):
        seconds = 1 + i / 10
        if n == "far" and a in ("a", "b"):
            seconds = 0.01 if a == "a" else 200
        runs.append({"program": n, "allocator": a, "seconds": seconds, "rss_active_kib": 1000 + i,
                     "peak_kib": 5000 + i, "wall": seconds, "cpu": seconds, "faults": 1, "rss_kib": 1})
machine = {"date": "2026-01-01 00:00", "cpu": "x", "cpus": 2, "system": "s", "kernel": "6", "memory_mib": 1}
describe = {"path": "p", "file": "f", "bytes": 1, "sha256": "0", "version": "", "package": "", "env": {}}
json.dump({"format": 1, "machine": machine, "settings": {"rounds": 1, "what": [], "timeout": 1},
           "allocators": {a: describe for a in names}, "programs": programs, "runs": runs, "timelines": []},
          open("runs.json", "w"))

# Two programs: the counts alone would say 1.9 and 1 times one core for two, the measurement 1.5 and 1.58.
def counted(p, threads, lines):
    site = {"file": "f.c", "function": "g", "source_line": 1, "at": "x" if threads > 1 else "", "n_rmw": 1, "n_lines": lines,
            "n_moved": 0, "n_locks": 0, "n_contended": 0, "n_inside": 0, "n_under": 0, "held": 0, "n_held": 0}
    return {"program": p, "threads": threads, "ops": 1000, "calls": 0, "ticks_per_ms": 1e6, "sites": [site]}
def measured(p, cores, threads, ops):
    return {"program": p, "cores": cores, "threads": threads, "ops_per_s": ops, "cpu_ns_per_op": 100, "all": []}
scaling = {"programs": {"one": [], "two": []}, "threads": [1, 2, 4, 8], "cores": [1, 2], "rounds": 1,
           "counted": [counted(p, t, n) for p, n in (("one", 50), ("two", 2000)) for t in (1, 2, 4, 8)],
           "measured": [measured(p, c, t, 1e7 * f) for p, f2 in (("one", 1.5), ("two", 1.58))
                        for c, t, f in ((1, 1, 1), (1, 2, 1), (2, 1, 1), (2, 2, f2))]}
json.dump({"format": 1, "machine": machine, "settings": {"rounds": 1, "what": [], "timeout": 1},
           "allocators": {"hakmem": describe}, "programs": {}, "runs": [], "timelines": [], "scaling": scaling},
          open("scaling.json", "w"))
json.dump({"format": 1, "machine": dict(machine, date="2026-01-02 00:00"), "settings": {"rounds": 7, "what": [], "timeout": 1},
           "allocators": {"hakmem": describe}, "programs": {"absent": program("seconds", False)}, "runs": [], "timelines": [],
           "pairs": {"n": 1, "modes": ["hot"], "allocators": ["hakmem"], "functions": {}, "notes": [],
                     "values": {"hot hakmem": {"all": 60, "allocator": 50}}}}, open("pairs.json", "w"))
END
python3 make.py || fail 'make.py'
draw()
{
	PATH=$PWD/bin:$PATH python3 "$bench" -q --from "$1" --plot "$PWD/plots" >out 2>err || fail "$1: $(cat out err)"
}
draw runs.json
[ -s scripts/speed.svg.gp ] || fail "pictures: $(ls scripts) $(cat out)"
! grep -q 'rss_after' scripts/speed.svg.gp || fail 'memory is drawn as speed'
grep -q 'rss_after' scripts/memory.svg.gp || fail 'rss_after is not in the picture of memory'
# "a" is more than eight times as fast as all others in one program, "b" much slower; no other picture needs such a mark.
labels=$(grep -c '^set label' scripts/speed.svg.gp)
[ "$labels" = 2 ] || fail "$labels labels, not one for each side: $(grep label scripts/speed.svg.gp)"
grep -q "^set label '[^']*100[^']*▶'" scripts/speed.svg.gp || fail "no value off the scale: $(grep label scripts/speed.svg.gp)"
grep -q "^set label '◀ [^']*0\.0" scripts/speed.svg.gp || fail "no value off the scale: $(grep label scripts/speed.svg.gp)"
! grep -q '^set label' scripts/memory.svg.gp || fail 'a mark where nothing is off the scale'
grep -q "stroke-width='0.222'" plots/speed.svg && fail 'hollow marks are hairlines'

draw scaling.json
python3 - "$srcdir/bench/tool" <<'END' || fail 'the model and the measurement differ'
import json, re, sys
sys.path.insert(0, sys.argv[1])
sys.dont_write_bytecode = True
import scaling_report
s = json.load(open("scaling.json"))["scaling"]
for p, at_two in (("one", 1.5), ("two", 1.58)):
    head, rows = scaling_report.model_rows(s)
    row = dict(zip(head, next(r for r in rows if r[0] == p)))
    assert float(row["measured x2"]) == at_two, row
    assert abs(float(row["x2"]) - at_two) <= 0.05, row
script = open("scripts/scaling-model.svg.gp").read()
for p in ("one", "two"):
    colours = re.findall(r"lc rgb '(#[0-9a-f]+)' title '%s(?:, [a-z]+)?'" % p, script)
    assert len(colours) == 2 and colours[0] == colours[1], (p, colours)
END
# Counts are added to what was measured; they do not become programs of their own, nor its rounds.
python3 "$bench" -q --from runs.json --from pairs.json >out 2>err || fail "pairs: $(cat out err)"
grep -q '^ *hot ' out || fail "no pairs: $(cat out)"
! grep -q absent out || fail 'a program that did not run'
python3 -c 'import json, sys; sys.path.insert(0, sys.argv[1]); sys.dont_write_bytecode = True; import figures
d = figures.merge([json.load(open(f)) for f in ("runs.json", "pairs.json")], print)
assert d["settings"]["rounds"] == 1 and d["machine"]["date"] == "2026-01-01 00:00", d["settings"]' "$srcdir/bench/tool" ||
	fail 'the counts say what was measured'
if command -v gnuplot >/dev/null; then
	python3 "$bench" -q --from runs.json --from scaling.json --plot "$PWD/real" >out 2>err || fail "gnuplot: $(cat err)"
	grep -q '▶' real/speed.svg || fail 'gnuplot loses the marks'
fi
exit 0
