#!/bin/sh
# SPDX-License-Identifier: MIT
# hak-timeout: 120
# A Python program without threads has one, as far as the kernel and Python know, however much it allocates: os.fork()
# and multiprocessing do not warn (Python 3.12 and later do, when there are others).
. "${srcdir:?}/testsuite/hakmem.real/real.inc"
need python3

cat >tasks.py <<'END'
import json, multiprocessing, os, time, warnings

def tasks():
    return len(os.listdir('/proc/self/task'))

def square(n):
    rows = [[i, str(i), b'x' * 700] for i in range(5000)]
    return n * n * (len(rows) > 0), tasks()

rows = json.loads(json.dumps([{'id': i, 'value': [float(i)] * 10, 'text': 'x' * 600} for i in range(20000)]))
del rows[::2]
del rows[::2]
time.sleep(0.3)
assert tasks() == 1, '%d tasks before the fork' % tasks()
with warnings.catch_warnings(record=True) as warned:
    warnings.simplefilter('always')
    child = os.fork()
    if child == 0:
        rows = [[i, str(i), b'x' * 700] for i in range(30000)]
        del rows
        time.sleep(0.3)
        os._exit(tasks())
    assert os.waitpid(child, 0)[1] == 1 << 8, 'a child of several tasks'
    # Without the threads of a Pool.
    context = multiprocessing.get_context('fork')
    for round in range(3):
        ours, theirs = context.Pipe()
        worker = context.Process(target=lambda: theirs.send(square(round)))
        worker.start()
        assert ours.recv() == (round * round, 1)
        worker.join()
        assert worker.exitcode == 0
assert not warned, [str(w.message) for w in warned]
assert tasks() == 1, '%d tasks' % tasks()
print('alone')
END
n=0
for python in python3 python3.12 python3.13 python3.14; do
	"$python" tasks.py >plain 2>&1 || continue
	grep -qx alone plain || continue
	n=$((n + 1))
	"$HAKMEM_RUN" "$python" tasks.py >out 2>&1 || fail "$python" "$(tail -n 5 out)"
	grep -qx alone out || fail "$python" "$(cat out)"
done
[ $n -gt 0 ] || unsupported 'no python3 here can do this without libhakmem'
