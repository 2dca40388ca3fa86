#!/bin/sh
# SPDX-License-Identifier: MIT
# hak-timeout: 120
# The programs of doc/examples compile by the commands in their heads, without a warning, and do what they say.
. "$srcdir/testsuite/lib/build.sh"
need pkg-config

PKG_CONFIG_PATH=$builddir/pkgconfig
LD_LIBRARY_PATH=$builddir/.libs
PATH=${HAKMEM_RUN%/*}:$PATH
export PKG_CONFIG_PATH LD_LIBRARY_PATH PATH

expect()
{
	grep -qE "$1" out || fail "$example: no line like: $1" "$(cat out)"
}

n=0
for source in "$srcdir"/doc/examples/*.c; do
	example=${source##*/}
	example=${example%.c}
	command=$(sed -n 's/^ \*   cc //p' "$source")
	[ -n "$command" ] || fail "$example: its head does not say how to compile it"
	cp "$source" .
	eval "$CC -Wall -Wextra -Wl,--disable-new-dtags $command" >log 2>&1 || fail "$example: $(cat log)"
	[ ! -s log ] || fail "$example: $(cat log)"
	"./$example" >out 2>err || fail "$example: exit code $?" "$(cat out err)"
	[ ! -s err ] || fail "$example: $(cat err)"
	case $example in
	link-it)
		expect '^compiled with ([0-9.]+), running with \1$'
		expect '^cache_cap: ' ;;
	preload-it)
		expect '^not libhakmem$'
		if [ "$HAK_OVERRIDE" = 1 ]; then
			hakmem-run "./$example" >out 2>&1 || fail 'hakmem-run'
			expect '^libhakmem [0-9.]+$'
			LD_PRELOAD=libhakmem.so.1 "./$example" >out 2>&1 || fail 'LD_PRELOAD'
			expect '^libhakmem [0-9.]+$'
			hakmem-run --stats "./$example" >out 2>&1 || fail 'hakmem-run --stats'
			expect '^  allocated +[0-9]+( |$)'
		fi ;;
	read-statistics)
		expect '^with the blocks: [0-9]{7} bytes allocated'
		expect '^ +112 bytes: 50[0-9] blocks$'
		expect '^\{"version":.*"classes":\[.*\]\}$' ;;
	give-back)
		expect '^purge_delay is -1$'
		expect '^[1-9][0-9]{7} bytes free but resident; [1-9][0-9]{7} given back; [0-9]{1,6} left$' ;;
	set-a-limit)
		expect '^6[0-7] blocks of a million bytes under a limit of 67108864; 6[4-7][0-9]{6} bytes held$'
		expect '^one went, one came$' ;;
	*)
		fail "$example: this test does not know what it should print" ;;
	esac
	n=$((n + 1))
done
[ "$n" -ge 4 ] || fail 'hardly an example found'
