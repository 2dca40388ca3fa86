#!/bin/sh
# SPDX-License-Identifier: MIT
# hak-timeout: 180
# Python's own tests of threads.
. "${srcdir:?}/testsuite/hakmem.real/real.inc"
need /usr/bin/python3
/usr/bin/python3 -c 'import test.test_threading' 2>/dev/null || unsupported 'no test suite of python3 here'

"$HAKMEM_RUN" /usr/bin/python3 -m test -w test_threading >out 2>&1 || {
	/usr/bin/python3 -m test -w test_threading >plain 2>&1 ||
		unsupported 'python3 fails its tests without libhakmem, too'
	fail "$(tail -n 60 out)"
}
! grep '^hakmem: ' out || fail 'the library spoke'
