#!/bin/sh
# SPDX-License-Identifier: MIT
# Threads and large buffers in everyday tools: sort, xz, tar, gawk or mawk, find, sed: the same output.
. "${srcdir:?}/testsuite/hakmem.real/real.inc"
need sort xz tar awk

seq 80000 | awk '{ print ($1 * 7919) % 1000003, $1, "a line of text" }' >data
same_good sort --parallel=2 -S 20M -k1n data
same_good xz -T2 -3 -c data
# shellcheck disable=SC2016 # awk's dollars
same_good awk '{ n[$1 % 5000] = n[$1 % 5000] "," $2 } END { for (i = 0; i < 5000; i++) print i, length(n[i]) }' data
mkdir folder
split -l 2000 data folder/part
same_good tar --sort=name --mtime=@0 --owner=0 --group=0 -cf - folder
same_good grep -c -E '(7|8)9+ .*(text|line)' data
same_good sed -n 's/\([0-9]*\) \([0-9]*\).*/\2 \1/p' data
