#!/bin/sh
# SPDX-License-Identifier: MIT
# hak-timeout: 300
# sshd.sh under profile:hardened.
HAK_CONF=profile:hardened
. "${srcdir:?}/testsuite/hakmem.real/sshd.sh"
