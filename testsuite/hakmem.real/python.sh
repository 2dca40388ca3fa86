#!/bin/sh
# SPDX-License-Identifier: MIT
# hak-timeout: 180
# Python's own tests of what allocates most.
. "${srcdir:?}/testsuite/hakmem.real/real.inc"
need /usr/bin/python3
/usr/bin/python3 -c 'import test.test_json, test.test_dict' 2>/dev/null || unsupported 'no test suite of python3 here'

"$HAKMEM_RUN" /usr/bin/python3 -m test -j2 test_json test_dict test_list test_set test_re >out 2>&1 || {
	/usr/bin/python3 -m test -j2 test_json test_dict test_list test_set test_re >plain 2>&1 ||
		unsupported 'python3 fails its tests without libhakmem, too'
	fail "$(tail -n 60 out)"
}
grep -q 'SUCCESS' out || fail 'no success' "$(tail -n 60 out)"
! grep '^hakmem: ' out || fail 'the library spoke'
