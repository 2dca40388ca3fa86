#!/bin/sh
# SPDX-License-Identifier: MIT
# No HAKMEM_CONF, however odd, keeps a program from running, and no message is longer than a line.
set -eu

long=$(printf '%05000d' 0)
for conf in ',' ',,' ':' '::' ':,' ',:' 'diet:' ':true' 'diet:true,' ',diet:true' 'diet::true' 'diet=true' "$long" "$long:$long" \
	"diet:$long" ' diet : true ' 'diet:true;purge_delay:1' "$(printf '\001\377\200:\n')" '%s%n:%s%n' 'diet:true:false'; do
	HAKMEM_CONF=$conf LD_PRELOAD=$HAKMEM_LIB /bin/true 2>err.txt || { echo "exit $? with '$conf'"; exit 1; }
	if grep -qv '^hakmem: HAKMEM_CONF: ' err.txt; then
		echo "with '$conf':"
		cat err.txt
		exit 1
	fi
done
