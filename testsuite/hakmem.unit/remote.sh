#!/bin/sh
# SPDX-License-Identifier: MIT
# hak-timeout: 180
# The protocol of remote frees holds in every interleaving of its model, and the model notices when a step is missing.
model=remote
. "$srcdir/testsuite/hakmem.unit/spin.inc"

holds OTHER
holds SAME
for kind in OTHER SAME; do
	for step in NO_SECOND_LOOK NO_FORWARD LATE_CLEAR NO_LEAVE UNLOCKED_LEAVE; do
		breaks $kind $step
	done
done
breaks SAME NO_CLASS
