#!/bin/sh
# SPDX-License-Identifier: MIT
# hak-timeout: 300
# malloc(100000) and free of a block that the cache holds: at most 74 instructions.
. "$srcdir/testsuite/lib/build.sh"
check_pairs hot100k 74
