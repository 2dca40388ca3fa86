#!/bin/sh
# SPDX-License-Identifier: MIT
# hak-timeout: 300
# redis.sh under profile:hardened.
HAK_CONF=profile:hardened
. "${srcdir:?}/testsuite/hakmem.real/redis.sh"
