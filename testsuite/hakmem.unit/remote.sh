#!/bin/sh
# SPDX-License-Identifier: MIT
# hak-timeout: 180
# The protocol of remote frees holds in every interleaving of its model, and the model notices when a step is missing.
model=remote
. "$srcdir/testsuite/hakmem.unit/spin.inc"

search() # KIND, in a folder of its own
{
	mkdir "$1"
	cd "$1" || exit 1
	holds "$1"
	for step in NO_SECOND_LOOK NO_FORWARD NO_LEAVE UNLOCKED_LEAVE; do
		breaks "$1" $step
	done
}
(search OTHER) & other=$!
(search SAME && breaks SAME LATE_CLEAR && breaks SAME NO_CLASS) & same=$!
wait $other && wait $same
