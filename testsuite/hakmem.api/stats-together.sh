#!/bin/sh
# SPDX-License-Identifier: MIT
# hak-timeout: 120
# Eight processes that end together into one pipe, whose reader is slow and which is smaller than their records, leave eight
# lines, each of them whole; so do forked ones, that share the pipe's descriptor.
. "$srcdir/testsuite/lib/build.sh"
need_override
need python3
set -eu

cat >many.c <<'END'
#include <stdlib.h>
#include <sys/wait.h>
#include <unistd.h>
/* All classes are in use, so that a record is larger than PIPE_BUF. All end at once: when their input ends. */
int main(int argc, char **argv)
{
	char byte;

	(void)argv;
	for (size_t size = 1; size < 250000; size += size / 16 + 8)
		if (malloc(size) == NULL)
			return 1;
	if (argc > 1)
		for (int i = 0; i < 7; i++)
			if (fork() == 0)
				break;
	while (read(0, &byte, 1) == 1)
		;
	return 0;
}
END
# shellcheck disable=SC2086 # words
$CC $CFLAGS -w -fno-builtin -o many many.c
cat >collect.py <<'END'
import fcntl, json, os, subprocess, sys, time

def run(arguments, n):
    reading, writing = os.pipe()
    fcntl.fcntl(writing, 1031, 4096)  # F_SETPIPE_SZ
    begin, end = os.pipe()
    environment = dict(os.environ, LD_PRELOAD=os.environ["HAKMEM_LIB"], HAKMEM_CONF="stats:json")
    all_of_them = [subprocess.Popen(["./many"] + arguments, stdin=begin, stderr=writing, env=environment) for _ in range(n)]
    os.close(writing)
    os.close(begin)
    time.sleep(0.2)
    os.close(end)
    text = b""
    while True:
        piece = os.read(reading, 1000)
        if not piece:
            break
        text += piece
        time.sleep(0.0002)
    os.close(reading)
    for process in all_of_them:
        assert process.wait() == 0
    lines = text.decode().splitlines()
    assert len(lines) == 8, "%d lines" % len(lines)
    assert min(map(len, lines)) > 4096, "no longer than PIPE_BUF: nothing is tested"
    pids = {json.loads(line)["pid"] for line in lines}
    assert len(pids) == 8, pids

for _ in range(5):
    run([], 8)
    run(["fork"], 1)
END
python3 collect.py || fail 'records are torn: see above'
