#!/bin/sh
# SPDX-License-Identifier: MIT
# hak-timeout: 600
# sshd.sh under profile:debug. Programs leak at exit.
HAK_CONF=profile:debug,prof_leaks:false
. "${srcdir:?}/testsuite/hakmem.real/sshd.sh"
