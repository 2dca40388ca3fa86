#!/bin/sh
# SPDX-License-Identifier: MIT
# hak-timeout: 600
# The programs of harden.sh do under profile:debug what they do without libhakmem, and nothing is told but what they leak.
conf=profile:debug,prof_leaks:false
. "${srcdir:?}/testsuite/hakmem.real/harden.sh"
