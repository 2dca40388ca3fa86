#!/bin/sh
# SPDX-License-Identifier: MIT
# bash with arrays, functions, pipes, substitutions and many children: the same output.
. "${srcdir:?}/testsuite/hakmem.real/real.inc"
need bash

cat >work.bash <<'END'
declare -A seen
for ((i = 0; i < 4000; i++)); do
	key=$((i * 7919 % 1009))
	seen[$key]+="$i "
	list[i]="element $i ${seen[$key]:0:50}"
	((i % 3)) || unset "list[i / 2]"
done
printf '%s\n' "${#seen[@]}" "${#list[@]}" "${list[3999]}"
text=$(printf '%s,' "${list[@]}")
echo "${#text} ${text//element/part}" | cksum
for i in {1..60}; do
	value=$(echo "$i" | { read -r x; echo $((x * 2)); })
	sum=$((sum + value))
done
echo "$sum"
while read -r a b; do total=$((total + a)); done < <(seq 2000 | sed 's/$/ word/')
echo "$total"
[[ $text =~ element\ ([0-9]+) ]] && echo "${BASH_REMATCH[1]}"
(trap 'echo bye' EXIT; eval 'f() { local -a deep=("$@"); ((${#deep[@]} > 100)) || f "${deep[@]}" x; }'; f; echo done)
END
same_good bash work.bash
