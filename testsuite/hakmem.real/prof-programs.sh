#!/bin/sh
# SPDX-License-Identifier: MIT
# hak-timeout: 240
# Profiles of python3 and of the C compiler: what they hold, by the profile, is what the statistics say, within the profile's
# own error; and the functions that hold it are theirs.
. "$srcdir/testsuite/lib/build.sh"
need_override
need python3

cat >weigh.py <<'END'
import math
import re
import sys


def live(text):
    """Live bytes by a profile as text, and their variance."""
    interval = int(re.search(r'heap_v2/(\d+)', text).group(1))
    total = variance = 0
    for n, size in re.findall(r'^(\d+): (\d+) \[', text, re.M):
        n, size = int(n), int(size)
        if n:
            p = -math.expm1(-size / n / interval)
            total += size / p
            variance += n * (1 - p) / p**2 * (size / n)**2
    return total, variance


def check(what, text, allocated):
    total, variance = live(text)
    print(f'{what}: {total:.0f} by the profile, {allocated} by the statistics, deviation {math.sqrt(variance):.0f}')
    # What was allocated before the profile was started: at most 256 KiB.
    assert allocated > 2e6, 'hardly anything was allocated'
    assert -5 * math.sqrt(variance) - 262144 <= total - allocated <= 5 * math.sqrt(variance), what


if __name__ == '__main__':
    with open(sys.argv[1]) as profile:
        check(sys.argv[1], profile.read(), int(sys.argv[2]))
END

cat >holds.py <<'END'
import ctypes
import os
import weigh

kept = [[str(i) * 5 for i in range(200000)], [bytes(i % 3000) for i in range(20000)], {i: [i] for i in range(100000)}]
library = ctypes.CDLL(None)
stats = (ctypes.c_uint64 * 4)()
fd = os.memfd_create('profile')
library.hakmem_stats_get(stats, ctypes.c_size_t(ctypes.sizeof(stats)))
assert library.hakmem_prof_write(fd, 1) == 0
os.lseek(fd, 0, os.SEEK_SET)
with os.fdopen(fd) as file:
    text = file.read()
weigh.check('python3', text, stats[0])
END
for seed in 1 2 3; do
	HAKMEM_CONF=prof:on,prof_interval:64K LD_PRELOAD=$HAKMEM_LIB PYTHONDONTWRITEBYTECODE=$seed python3 holds.py || fail 'python3'
done

# What a compiler holds when it exits.
compiler=$($CC -print-prog-name=cc1 2>/dev/null)
command -v "$compiler" >/dev/null || { echo 'no cc1 here: python3 alone'; exit 0; }
awk 'BEGIN { for (i = 0; i < 3000; i++)
	printf "int f%d(int a, int b) { for (int i = 0; i < b; i++) a = a * %d + (a >> %d) - i; return a; }\n", i, i + 3, i % 30 }' >many.c
HAKMEM_CONF=prof:on,prof_interval:64K,prof_dump:$PWD/cc1.heap,stats:json LD_PRELOAD=$HAKMEM_LIB \
	"$compiler" -quiet -O1 many.c -o many.s 2>errors || fail "cc1: $(tail -n 5 errors)"
allocated=$(sed -n 's/.*"allocated":\([0-9]*\).*/\1/p' errors)
[ -n "$allocated" ] || fail "$(cat errors)"
python3 weigh.py cc1.heap "$allocated" || fail 'cc1'
