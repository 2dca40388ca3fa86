#!/bin/sh
# SPDX-License-Identifier: MIT
# hak-timeout: 600
# redis.sh under profile:debug. Programs leak at exit.
HAK_CONF=profile:debug,prof_leaks:false
n_requests=20000
. "${srcdir:?}/testsuite/hakmem.real/redis.sh"
