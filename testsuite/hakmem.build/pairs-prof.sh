#!/bin/sh
# SPDX-License-Identifier: MIT
# hak-timeout: 300
# With prof:on, beside the samples themselves, a malloc takes at most 20 instructions more than the 54 of a pair.
. "$srcdir/testsuite/lib/build.sh"
export HAKMEM_CONF=prof:on,prof_interval:1T
check_pairs hot 74
check_pairs hot100k 94
check_pairs new 78
