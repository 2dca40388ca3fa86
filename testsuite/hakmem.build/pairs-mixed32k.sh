#!/bin/sh
# SPDX-License-Identifier: MIT
# hak-timeout: 300
# Random sizes of 16 bytes to 32 KiB over 1,024 live blocks: at most 105 instructions a pair. About 98, if the classes' first
# arrays are as large as they should be.
. "$srcdir/testsuite/lib/build.sh"
check_pairs mixed32k 105
