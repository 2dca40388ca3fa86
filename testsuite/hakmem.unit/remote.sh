#!/bin/sh
# SPDX-License-Identifier: MIT
# hak-timeout: 120
# The protocol of remote frees holds in every interleaving of its model, and the model notices when a step is missing.
. "$srcdir/testsuite/lib/build.sh"
need spin

# explore MACRO...: leaves what the search says in found.
explore()
{
	options=
	for macro; do
		options="$options -D$macro"
	done
	# shellcheck disable=SC2086 # words
	spin -a $options "$srcdir/testsuite/hakmem.unit/remote.pml" >log 2>&1 || fail "spin $*: $(cat log)"
	# shellcheck disable=SC2086 # CC may hold flags
	$CC -O1 -w -DSAFETY -o pan pan.c || fail 'what spin made does not compile'
	./pan -n -m100000 >found 2>&1 || fail "pan $*: $(cat found)"
	echo "$*: $(grep 'errors:' found), $(grep 'states, stored' found)"
	! grep -E 'max search depth too small|out of memory' found || fail "$*: not all of it was searched"
}

holds()
{
	explore "$@"
	grep 'errors: 0' found >/dev/null || fail "$*: $(cat found)"
}

breaks()
{
	explore "$@"
	grep 'assertion violated' found >/dev/null || fail "$*: a missing step goes unnoticed: $(cat found)"
}

holds ADOPT
holds REUSE
for kind in ADOPT REUSE; do
	for step in NO_SECOND_LOOK NO_FORWARD LATE_CLEAR; do
		breaks $kind $step
	done
done
breaks REUSE NO_LEAVE
