#!/bin/sh
# SPDX-License-Identifier: MIT
# The script for gdb has the objects and fields of lib/watch/inside.h, in their order; and the note is in the library.
. "$srcdir/testsuite/lib/build.sh"
need awk readelf

inside=$srcdir/lib/watch/inside.h
script=$srcdir/tools/hakmem-gdb.py
awk '/define HAK_INSIDE_OBJECTS/ { is_list = 1 } is_list' "$inside" | awk 'NR == 1 || was { print } { was = /\\$/ }' |
	grep -oE 'X\([a-z_]+\)' | sed 's/X(\(.*\))/\1/' >objects
sed -n '/^struct hak_inside {/,/^};/p' "$inside" | sed 's|/\*.*\*/||' | grep -oE '[a-z0-9_]+(\[[A-Z_]*\])?[,;]' |
	sed 's/\[.*//; s/[,;]//' >fields
[ "$(wc -l <objects)" -ge 15 ] || fail "hardly an object found: $(cat objects)"
[ "$(wc -l <fields)" -ge 50 ] || fail "hardly a field found: $(cat fields)"
list()
{
	sed -n "/^$1 = \"\"\"/,/^\"\"\"/p" "$script" | sed '1d; $d' | tr -s ' ' '\n' | sed '/^$/d'
}
list OBJECTS | diff objects - || fail 'the objects of inside.h (<) and hakmem-gdb.py (>) differ'
list FIELDS | diff fields - || fail 'the fields of inside.h (<) and hakmem-gdb.py (>) differ'
layout=$(sed -n 's/^#define HAK_INSIDE_LAYOUT //p' "$inside")
grep -qx "LAYOUT = $layout" "$script" || fail 'another layout'

readelf -nW "$HAKMEM_LIB" | grep -q '^ *hakmem ' || fail 'no note in the library'
strip -o stripped "$HAKMEM_LIB" || fail 'strip'
readelf -nW stripped | grep -q '^ *hakmem ' || fail 'no note in a stripped library'
# Distances, so that nothing has to be done when it is loaded.
readelf -SW "$HAKMEM_LIB" | grep -q ' \.note\.hakmem .* A ' || fail 'the note can be written to, or is not loaded'
