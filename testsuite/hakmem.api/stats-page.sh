#!/bin/sh
# SPDX-License-Identifier: MIT
# hak-timeout: 120
# stats_page:true: a page that describes itself, in no descriptor, whole whenever its sequence says so, renewed while the
# program works, a forked child's its own; readable when the process has died; without the option there is none.
. "$srcdir/testsuite/lib/build.sh"
need_override
need python3
set -eu

cat >works.c <<'END'
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>
static void *blocks[30000];
static void work(void)
{
	for (int i = 0; i < 30000; i++)
		blocks[i] = malloc((size_t)i % 3000);
	for (int i = 0; i < 30000; i++)
		free(blocks[i]);
}
/* Goes on until its input ends, which the child shares. */
int main(int argc, char **argv)
{
	char byte;

	work();
	printf("%d %d\n", (int)getpid(), argc > 1 ? (int)fork() : 0);
	fflush(stdout);
	(void)argv;
	for (int i = 0; i < 400; i++) {
		work();
		usleep(1000);
	}
	return read(0, &byte, 1) < 0;
}
END
# shellcheck disable=SC2086 # words
$CC $CFLAGS -w -fno-builtin -o works works.c
cat >look.py <<'END'
import mmap, os, re, struct, subprocess, sys, time

HEAD = struct.Struct("16sIIIIQQQ64s16s")
FIGURE = struct.Struct("24s8s8sQ")
stat = sys.argv[1]

def start(conf, arguments=()):
    environment = dict(os.environ, LD_PRELOAD=os.environ["HAKMEM_LIB"], HAKMEM_CONF=conf)
    program = subprocess.Popen(["./works", *arguments], stdin=subprocess.PIPE, stdout=subprocess.PIPE, env=environment)
    program.pids = [int(n) for n in program.stdout.readline().split()]
    return program

def pages(pid):
    with open("/proc/%d/maps" % pid) as file:
        return [tuple(int(n, 16) for n in line.split()[0].split("-")) for line in file if "/memfd:HAKMEM_STATS" in line]

def read(pid):
    (begin, end), = pages(pid)
    with open("/proc/%d/mem" % pid, "rb", buffering=0) as file:
        for _ in range(10000):
            first = os.pread(file.fileno(), end - begin, begin)
            head = HEAD.unpack_from(first)
            again = HEAD.unpack_from(os.pread(file.fileno(), HEAD.size, begin))
            if head[5] % 2 == 0 and head[5] == again[5]:
                return decode(first)
    raise AssertionError("never at rest")

def decode(data):
    signature, version, n, at, stride, sequence, then, pid, program, library = HEAD.unpack_from(data)
    assert signature.rstrip(b"\0") == b"HAKMEM_STATS" and version == 1 and stride >= FIGURE.size, data[:64]
    table = {}
    for i in range(n):
        name, unit, kind, value = FIGURE.unpack_from(data, at + i * stride)
        assert unit.rstrip(b"\0") in (b"bytes", b"count") and kind.rstrip(b"\0") in (b"gauge", b"counter")
        table[name.rstrip(b"\0").decode()] = value
    return {"pid": pid, "program": program.rstrip(b"\0").decode(), "time": then, "sequence": sequence, "figures": table,
            "library": library.rstrip(b"\0").decode()}

program = start("stats_page:true")
pid = program.pid
seen, before = set(), None
for _ in range(3000):
    page = read(pid)
    f = page["figures"]
    # Of one moment: the sums are right in each of them.
    assert f["allocated"] + f["cached"] + f["in_flight"] + f["slab_free"] == f["active"], f
    assert f["active"] + f["dirty"] + f["lazy"] + f["clean"] == f["mapped"], f
    seen.add((page["time"], page["sequence"]))
assert page["pid"] == pid and page["program"] == "works" and re.fullmatch(r"\d+\.\d+\.\d+", page["library"]), page
assert abs(page["time"] / 1000 - time.time()) < 600
assert "resident" not in f and len(f) >= 28, f
end = time.time() + 30
while len(seen) < 4:
    assert time.time() < end, seen
    page = read(pid)
    seen.add((page["time"], page["sequence"]))
times = sorted(t for t, _ in seen)
assert min(b - a for a, b in zip(times, times[1:])) >= 90, "more often than each 100 ms: %s" % times
assert not any("HAKMEM" in os.readlink("/proc/%d/fd/%s" % (pid, fd)) for fd in os.listdir("/proc/%d/fd" % pid)), "a descriptor"
looked = subprocess.run([stat, "--page", "--json", str(pid)], capture_output=True, text=True, check=False)
assert looked.returncode == 0 and '"pid":%d,' % pid in looked.stdout and '"allocated":' in looked.stdout, looked
# A reader that has mapped it reads on when the process has died.
begin, end = pages(pid)[0]
try:
    with open("/proc/%d/map_files/%x-%x" % (pid, begin, end), "rb") as file:
        mapped = mmap.mmap(file.fileno(), end - begin, mmap.MAP_SHARED, mmap.PROT_READ)
except OSError as error:
    print("map_files:", error)
    mapped = None
program.kill()
program.wait()
if mapped:
    assert decode(mapped[:])["pid"] == pid

program = start("stats_page:true", ["fork"])
parent, child = program.pids
if child == 0:
    parent, child = program.pid, int(program.stdout.readline().split()[0])
else:
    program.stdout.readline()
limit = time.time() + 30
while not pages(child):
    assert time.time() < limit, "the child makes none"
    time.sleep(0.01)
time.sleep(0.3)
assert read(parent)["pid"] == parent and read(child)["pid"] == child, (read(parent), read(child))
program.kill()
os.kill(child, 9)
program.wait()

program = start("stats_page:false")
assert not pages(program.pid), "without being asked"
looked = subprocess.run([stat, "--page", str(program.pid)], capture_output=True, text=True, check=False)
assert looked.returncode == 1 and "publishes no page" in looked.stderr and not looked.stdout, looked
program.kill()
END
python3 look.py "${builddir:?}/tools/hakmem-stat" || fail 'see above'
