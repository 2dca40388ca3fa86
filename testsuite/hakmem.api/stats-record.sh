#!/bin/sh
# SPDX-License-Identifier: MIT
# Each record, JSON, text or XML, names program, process, time, version and schema; the text tells where the memory is
# that is not live. A child that writes for its parent (hakmem-run --stats, where sh ends by _exit) writes the parent's pid.
. "$srcdir/testsuite/lib/build.sh"
need_override
need python3
set -eu

cat >names.c <<'END'
#include <malloc.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>
int main(void)
{
	for (int i = 0; i < 3000; i++)
		if (malloc(i) == NULL)
			return 1;
	printf("%d\n", (int)getpid());
	fflush(stdout);
	return malloc_info(0, stdout);
}
END
# shellcheck disable=SC2086 # words
$CC $CFLAGS -w -fno-builtin -o 'na"me&<s' names.c
LD_PRELOAD=$HAKMEM_LIB HAKMEM_CONF=stats:json './na"me&<s' >json.out 2>json.err
LD_PRELOAD=$HAKMEM_LIB HAKMEM_CONF=stats:exit './na"me&<s' >text.out 2>text.err
"$HAKMEM_RUN" --stats=json sh -c 'echo $$' >sh.out 2>sh.err
cat >look.py <<'END'
import datetime, json, re, xml.etree.ElementTree as tree

NAME = 'na"me&<s'

def read(name):
    with open(name, encoding="utf-8") as file:
        return file.read()

def check_time(text, form):
    then = datetime.datetime.strptime(text, form)
    now = datetime.datetime.now(datetime.timezone.utc).replace(tzinfo=None)
    assert abs((now - then).total_seconds()) < 600, text

lines = read("json.err").splitlines()
assert len(lines) == 1, lines
record = json.loads(lines[0])
pid, xml = read("json.out").split("\n", 1)
assert record["pid"] == int(pid) and record["program"] == NAME, lines
assert record["schema"] == 1 and re.fullmatch(r"\d+\.\d+\.\d+", record["version"]), lines
check_time(record["time"], "%Y-%m-%dT%H:%M:%S.%fZ")
assert abs(record["resident_ratio"] - record["resident"] / record["allocated"]) <= 0.01, lines

root = tree.fromstring(xml)
assert root.get("program") == NAME and root.get("pid") == pid and root.get("schema") == "1"
assert root.get("version") == "hakmem-" + record["version"]
check_time(root.get("time"), "%Y-%m-%dT%H:%M:%S.%fZ")

pid = read("text.out").split("\n", 1)[0]
text = read("text.err").splitlines()
head = re.fullmatch(r"hakmem ([0-9.]+) statistics of (.*), pid (\d+), (.*) UTC, schema 1 .*", text[0])
assert head and head[1] == record["version"] and head[2] == NAME and head[3] == pid, text[0]
check_time(head[4], "%Y-%m-%d %H:%M:%S.%f")

UNITS = {"B": 1, "KiB": 1 << 10, "MiB": 1 << 20, "GiB": 1 << 30}
def size(number, unit):
    return float(number) * UNITS[unit]
figures = {}
for line in text[3:]:
    words = line.split()
    if words[0] == "class":
        break
    figures[words[0]] = int(words[1])
    if len(words) == 4:
        assert abs(size(*words[2:]) - int(words[1])) <= UNITS[words[3]] / 10, line
first = re.match(r"  live (\S+) (\S+), resident (\S+) (\S+) \((\S+) times as much\); at most so far (\S+) (\S+) in use", text[1])
assert first, text[1]
def near(n, number, unit):
    return abs(size(number, unit) - n) <= UNITS[unit] / 10
assert near(figures["allocated"], *first.group(1, 2)) and near(figures["resident"], *first.group(3, 4)), text[1]
assert near(figures["peak_active"], *first.group(6, 7)), text[1]
# The terms of the second line add up to what is resident.
assert text[2].startswith("  resident = live"), text[2]
total, unsure = figures["allocated"], 0
for sign, number, unit in re.findall(r"([+-]) ([0-9.]+) (\w+)", text[2]):
    total += size(number, unit) * (1 if sign == "+" else -1)
    unsure += UNITS[unit] / 10
assert unsure > 0 and abs(total - figures["resident"]) <= unsure, (text[2], total, figures["resident"])

assert json.loads(read("sh.err"))["pid"] == int(read("sh.out")), "not the pid of the shell"
END
python3 look.py || fail "$(cat json.err)" "$(head -n 3 text.err)" "$(cat sh.err)"
