#!/bin/sh
# SPDX-License-Identifier: MIT
# The profile as profile.proto, read by the protobuf library: Go's four sample types come first, inuse_space is the
# default; every location has a mapping, every mapping of a file its build id and file offset; sums are right.
. "$srcdir/testsuite/lib/build.sh"
need readelf
for python in python3 /usr/bin/python3; do
	"$python" -c 'import google.protobuf' 2>/dev/null && break
	python=
done
[ -n "$python" ] || unsupported 'no protobuf for Python here'

# shellcheck disable=SC2086 # CC and CFLAGS may hold several words
$CC $CFLAGS -O1 -g -fno-builtin -Wl,--build-id=sha1 -I"$srcdir/include" -o planted "$srcdir/testsuite/lib/prof-planted.c" \
	-L"$builddir/.libs" -Wl,-rpath,"$builddir/.libs" -lhakmem || fail 'does not compile'
./planted p || fail "exit code $?"
PYTHONPATH=$srcdir/testsuite/lib PYTHONDONTWRITEBYTECODE=1 "$python" - <<'END' || fail 'the profile is not right'
import subprocess
import prof_proto

p = prof_proto.read('p-before.pb.gz')
s = p.string_table
assert s[0] == ''
types = [(s[t.type], s[t.unit]) for t in p.sample_type]
assert types[:4] == [('alloc_objects', 'count'), ('alloc_space', 'bytes'), ('inuse_objects', 'count'),
                     ('inuse_space', 'bytes')], types
assert types[4:6] == [('peak_objects', 'count'), ('peak_space', 'bytes')], types
assert s[p.default_sample_type] == 'inuse_space'
assert (s[p.period_type.type], s[p.period_type.unit], p.period) == ('space', 'bytes', 524288)
assert p.time_nanos > 1600000000 * 10**9
mappings = {m.id: m for m in p.mapping}
locations = {l.id: l for l in p.location}
functions = {f.id: s[f.name] for f in p.function}
assert len(locations) == len(p.location) and len(mappings) == len(p.mapping) and 0 not in locations
assert s[p.mapping[0].filename].endswith('/planted')
for l in p.location:
    m = mappings[l.mapping_id]
    assert m.memory_start <= l.address < m.memory_limit, (l, m)
    for line in l.line:
        assert functions[line.function_id]
for m in p.mapping:
    name = s[m.filename]
    if not name.startswith('/'):
        continue
    notes = subprocess.run(['readelf', '-nW', name], capture_output=True, text=True).stdout
    wanted = [line.split()[-1] for line in notes.splitlines() if 'Build ID:' in line]
    assert [s[m.build_id]] == wanted or not wanted, (name, s[m.build_id], wanted)
    loads = subprocess.run(['readelf', '-lW', name], capture_output=True, text=True).stdout
    offsets = [int(line.split()[1], 16) & ~4095 for line in loads.splitlines()
               if line.strip().startswith('LOAD') and ' E ' in line[60:]]
    assert m.file_offset in offsets, (name, m.file_offset, offsets)
sums = [0] * len(types)
for sample in p.sample:
    assert sample.location_id and all(i in locations for i in sample.location_id)
    assert [s[label.key] for label in sample.label] == ['bytes'] and sample.label[0].num > 0
    sums = [a + b for a, b in zip(sums, sample.value)]
# 2000 x 50000, 2000 x 10000 bytes, rounded up to classes: 120 MB and a little; within five times the deviation.
assert 75e6 < sums[3] < 175e6 and sums[1] == sums[3] >= sums[5] * 0.85, sums
after = prof_proto.read('p-after.pb.gz')
live = sum(sample.value[3] for sample in after.sample)
assert 3e6 < live < 50e6, live
peak = sum(sample.value[5] for sample in after.sample)
assert peak > sums[3] * 0.85, (peak, sums)
END
