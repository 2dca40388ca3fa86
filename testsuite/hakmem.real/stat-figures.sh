#!/bin/sh
# SPDX-License-Identifier: MIT
# hak-timeout: 120
# hakmem-stat reads, from outside, the very figures that the program has of itself: preloaded, linked, and linked with
# -static; with threads, runs, large blocks, some of them free; hardened, where freed blocks are held. The program does not
# notice. What is free stays meanwhile: the program's own look, a call like any other, could give some of it back.
. "${srcdir:?}/testsuite/hakmem.real/real.inc"
need python3
stat=${builddir:?}/tools/hakmem-stat

cat >stands.c <<'END'
#include <hakmem.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#ifndef LINKED
#pragma weak hakmem_stats_write
#endif
static pthread_barrier_t barrier;
static void *work(void *seed)
{
	void *blocks[2000];
	size_t n = (size_t)seed;

	for (int i = 0; i < 2000; i++) {
		n = n * 6364136223846793005u + 1442695040888963407u;
		blocks[i] = malloc((n >> 33) % (i % 50 ? 5000 : 400000) + 1);
		memset(blocks[i], 1, 1);
	}
	pthread_barrier_wait(&barrier);
	for (int i = (int)(size_t)seed; i < 2000; i += 2)
		free(blocks[i]);
	for (size_t size = 16; size < 5000; size += 16)
		free(malloc(size)); /* hardened: it holds what has come back */
	pthread_barrier_wait(&barrier);
	pthread_barrier_wait(&barrier);
	return NULL;
}
int main(void)
{
	pthread_t thread[3];
	char *large[3];
	char byte;

	pthread_barrier_init(&barrier, NULL, 4);
	for (size_t i = 0; i < 3; i++) {
		if (pthread_create(&thread[i], NULL, work, (void *)i) != 0)
			return 1;
		large[i] = malloc((i + 5) << 20);
		memset(large[i], 1, (i + 1) << 20);
	}
	pthread_barrier_wait(&barrier);
	pthread_barrier_wait(&barrier);
	free(large[1]);
	if (hakmem_stats_write(1, HAKMEM_JSON) != 0 || read(0, &byte, 1) != 1 || hakmem_stats_write(1, HAKMEM_JSON) != 0)
		return 1;
	pthread_barrier_wait(&barrier);
	for (int i = 0; i < 3; i++)
		pthread_join(thread[i], NULL);
	return 0;
}
END
cat >compare.py <<'END'
import json, os, subprocess, sys

stat, command = sys.argv[1], sys.argv[2:]
program = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
own = json.loads(program.stdout.readline())
looked = subprocess.run([stat, "--json", str(program.pid)], capture_output=True, text=True, check=False)
assert looked.returncode == 0 and not looked.stderr, looked
seen = json.loads(looked.stdout)
program.stdin.write("x")
program.stdin.flush()
after = json.loads(program.stdout.readline())
assert program.wait() == 0
assert list(seen) == [key for key in own if key not in ("ticks_per_ms", "sites")], (list(seen), list(own))
# What the writing of a record itself changes, of its own reading it has not seen yet.
PAGES = 65536
for key, value in own.items():
    if key in ("time", "ticks_per_ms", "sites"):
        continue
    if key in ("n_map_calls", "n_mappings", "n_misses"):
        assert abs(seen[key] - value) <= 4, (key, value, seen[key])
    elif key in ("resident", "metadata", "holes", "peak_resident"):
        assert abs(seen[key] - value) <= 8 * PAGES, (key, value, seen[key])
    elif key == "resident_ratio":
        assert abs(seen[key] - value) <= 0.05, (key, value, seen[key])
    else:
        assert seen[key] == value == after[key], (key, value, seen[key], after[key])
assert seen["n_threads"] >= 3 and len(seen["classes"]) > 20, seen
if "hardened" in os.environ.get("HAKMEM_CONF", ""):
    assert seen["in_flight"] > 1 << 20, seen  # half of what was allocated was freed, and is held
else:
    assert seen["n_large"] == 2 and seen["dirty"] > 0, seen
assert seen["resident"] == seen["active"] - seen["holes"] + seen["dirty"] + seen["lazy"] + seen["metadata"], seen
END
export HAKMEM_CONF=purge_delay:-1
# shellcheck disable=SC2086 # words
for way in linked preloaded static hardened; do
	case $way in
	linked) $CC $CFLAGS -w -fno-builtin -DLINKED -I"$srcdir/include" -pthread -o linked stands.c -L"$builddir/.libs" -Wl,-rpath,"$builddir/.libs" \
		-lhakmem || fail 'linked' ;;
	preloaded) $CC $CFLAGS -w -fno-builtin -I"$srcdir/include" -pthread -o preloaded stands.c || fail 'preloaded' ;;
	static)
		[ -f "$HAKMEM_A" ] || continue
		$CC $CFLAGS -w -fno-builtin -DLINKED -I"$srcdir/include" -pthread -static -o static stands.c "$HAKMEM_A" || fail 'static' ;;
	esac
	case $way in
	preloaded) python3 compare.py "$stat" "$HAKMEM_RUN" ./preloaded || fail "$way: see above" ;;
	hardened) HAKMEM_CONF=$HAKMEM_CONF,profile:hardened python3 compare.py "$stat" ./linked || fail "$way: see above" ;;
	*) python3 compare.py "$stat" ./$way || fail "$way: see above" ;;
	esac
done
