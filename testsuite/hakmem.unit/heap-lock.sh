#!/bin/sh
# SPDX-License-Identifier: MIT
# hak-timeout: 120
# A heap's lock excludes, wakes who waits, survives a fork and a handler in every interleaving of its model, and the model
# notices when a step is missing.
model=heap-lock
. "$srcdir/testsuite/hakmem.unit/spin.inc"

for kind in PLAIN FORKED; do
	holds $kind
	for step in NO_MARK NO_COMPARE NO_WAKE WAIT; do
		breaks $kind $step
	done
done
breaks FORKED NO_GENERATION
breaks FORKED QUIET
