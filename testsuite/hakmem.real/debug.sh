#!/bin/sh
# SPDX-License-Identifier: MIT
# hak-timeout: 600
# The programs of harden.sh do under profile:debug what they do without libhakmem, and nothing is told.
conf=profile:debug
. "${srcdir:?}/testsuite/hakmem.real/harden.sh"
