#!/bin/sh
# SPDX-License-Identifier: MIT
# hak-timeout: 300
# postgres.sh under profile:hardened.
HAK_CONF=profile:hardened
. "${srcdir:?}/testsuite/hakmem.real/postgres.sh"
