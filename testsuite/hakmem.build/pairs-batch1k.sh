#!/bin/sh
# SPDX-License-Identifier: MIT
# hak-timeout: 300
# 64 times malloc(1024), then 64 frees in the same order: at most 58 instructions a pair.
. "$srcdir/testsuite/lib/build.sh"
check_pairs batch1k 58
