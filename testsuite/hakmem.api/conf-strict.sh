#!/bin/sh
# SPDX-License-Identifier: MIT
# strict:true makes an unknown option or value fatal, wherever it stands in the string.
set -eu

for conf in 'strict:true,purge_dely:5' 'purge_dely:5,strict:true' 'strict:true,diet:maybe'; do
	if HAKMEM_CONF=$conf LD_PRELOAD=$HAKMEM_LIB /bin/true 2>err.txt; then
		echo "$conf: the program ran"
		exit 1
	fi
	grep -q '^hakmem: HAKMEM_CONF: ' err.txt || { echo "$conf: no message"; cat err.txt; exit 1; }
done
HAKMEM_CONF=strict:true,purge_delay:5 LD_PRELOAD=$HAKMEM_LIB /bin/true
HAKMEM_CONF=strict:false,purge_dely:5 LD_PRELOAD=$HAKMEM_LIB /bin/true 2>err.txt
