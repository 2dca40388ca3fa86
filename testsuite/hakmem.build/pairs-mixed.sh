#!/bin/sh
# SPDX-License-Identifier: MIT
# hak-timeout: 300
# Random sizes of 16 to 1,039 bytes over 1,024 live blocks: at most 72 instructions a pair.
. "$srcdir/testsuite/lib/build.sh"
check_pairs mixed1k 72
