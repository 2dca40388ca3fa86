#!/bin/sh
# SPDX-License-Identifier: MIT
# hak-timeout: 180
# The protocol of remote frees holds in every interleaving of its model, and the model notices when a step is missing.
model=remote
. "$srcdir/testsuite/hakmem.unit/spin.inc"

search() # KIND STEP..., in a folder of its own
{
	kind=$1
	shift
	mkdir "$kind"
	cd "$kind" || exit 1
	holds "$kind"
	for step; do
		breaks "$kind" "$step"
	done
}
(search OTHER NO_SECOND_LOOK NO_FORWARD UNLOCKED_LEAVE) & other=$!
(search SAME NO_SECOND_LOOK NO_FORWARD LATE_CLEAR NO_CLASS) & same=$!
wait $other && wait $same
