#!/bin/sh
# SPDX-License-Identifier: MIT
# What is wrong in HAKMEM_CONF is said once for each mistake, however many threads and forks follow;
# the rest of the string counts.
set -eu

says() { # CONF, PATTERN, how often
	HAKMEM_CONF=$1 LD_PRELOAD=$HAKMEM_LIB sh -c 'true; (true); (true)' 2>err.txt || { echo "$1: exit $?"; exit 1; }
	n=$(grep -c "$2" err.txt || true)
	if [ "$n" != "$3" ] || [ "$(wc -l <err.txt)" != "$3" ]; then
		echo "$1: wanted $3 lines with $2:"
		cat err.txt
		exit 1
	fi
}
says 'purge_dely:5' 'unknown option "purge_dely" (did you mean "purge_delay"?)' 1
says 'purge_delay:soon' 'purge_delay' 1
says 'diet:maybe' 'diet' 1
says 'cache_cap:-4' 'cache_cap' 1
says 'cache_cap:99999999999999999999' 'cache_cap' 1
says 'Dieta:true' 'Dieta' 1
says 'diet' 'diet' 1
says 'zzz:1,yyy:2' 'HAKMEM_CONF' 2
says 'diet:true,purge_delay:0,cache_cap:8,on_error:report,stats:none,strict:true' 'x' 0
says '' 'x' 0
