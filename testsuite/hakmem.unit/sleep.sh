#!/bin/sh
# SPDX-License-Identifier: MIT
# hak-timeout: 120
# Emptying a sleeper's caches is sound in every interleaving of its model, and the model notices when a step is missing.
. "$srcdir/testsuite/lib/build.sh"
need spin

# explore [MACRO]: leaves what the search says in found.
explore()
{
	spin -a ${1:+"-D$1"} "$srcdir/testsuite/hakmem.unit/sleep.pml" >log 2>&1 || fail "spin $1: $(cat log)"
	# shellcheck disable=SC2086 # CC may hold flags
	$CC -O1 -w -DSAFETY -o pan pan.c || fail 'what spin made does not compile'
	./pan -m100000 >found 2>&1 || fail "pan $1: $(cat found)"
	echo "${1:-all steps}: $(grep 'errors:' found), $(grep 'states, stored' found)"
	! grep -E 'max search depth too small|out of memory' found || fail "$1: not all of it was searched"
}

explore
grep 'errors: 0' found >/dev/null || fail "$(cat found)"
! grep -A9 'unreached in proctype' found | grep -E 'sleep.pml:[0-9]+, state [0-9]+, "-end-"' || fail 'an end is never reached'
for step in NO_SCAN NO_AGAIN NO_RAN LATE_RAISE EQUAL NO_CLAIM; do
	explore "$step"
	grep 'assertion violated' found >/dev/null || fail "$step: a missing step goes unnoticed: $(cat found)"
done
