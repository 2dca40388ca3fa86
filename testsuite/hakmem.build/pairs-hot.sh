#!/bin/sh
# SPDX-License-Identifier: MIT
# hak-timeout: 300
# malloc(64) and free of a block that the cache holds: at most 54 instructions.
. "$srcdir/testsuite/lib/build.sh"
check_pairs hot 54
