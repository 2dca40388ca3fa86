#!/bin/sh
# SPDX-License-Identifier: MIT
# hak-plain: debug: counts resident bytes
# hak-timeout: 120
# A Python program that builds and drops a structure of 400 MiB has less than 60 MiB resident soon after with every
# object from malloc, and less than 75 with Python's own arenas, of which Python 3.13 keeps some.
. "${srcdir:?}/testsuite/hakmem.real/real.inc"
need python3

cat >drop.py <<'END'
import time

def resident():
    with open('/proc/self/smaps_rollup') as f:
        return [int(line.split()[1]) // 1024 for line in f if line.startswith('Rss:')][0]

things = []
while resident() < 400:
    things.append([{'key %d' % i: [i, str(i), (i, i + 1.5), 'x' * (i % 500)]} for i in range(10000)])
full = resident()
del things
end = time.monotonic() + 10
while resident() >= 60 and time.monotonic() < end:
    time.sleep(0.1)
print(full, resident())
END
while read -r how most; do
	PYTHONMALLOC=$how "$HAKMEM_RUN" python3 drop.py >out 2>err </dev/null || fail "$how" "$(cat err)"
	read -r full left <out
	[ "$full" -ge 400 ] || fail "$how: only $full MiB"
	[ "$left" -lt "$most" ] || fail "$how: $full MiB, then $left"
	[ ! -s err ] || fail "$(cat err)"
done <<END
pymalloc 75
malloc 60
END
