#!/bin/sh
# SPDX-License-Identifier: MIT
# hak-plain: debug: counts resident bytes
# hak-timeout: 120
# redis-server, filled with 200,000 keys and emptied by FLUSHALL, then asked once a second, has 8 seconds later given back two
# thirds of what they took: what is left is descriptors of slabs, and slabs that a block in its own cache pins.
. "${srcdir:?}/testsuite/hakmem.real/real.inc"
need redis-server redis-cli

keys=${1-200000}
work=$(mktemp -d) # a socket's path must be short
server=
trap 'test -z "$server" || kill "$server" 2>/dev/null; rm -rf "$work"' EXIT
trap 'exit 1' HUP INT TERM

ask()
{
	redis-cli -s "$work/socket" "$@"
}

resident() # in KiB
{
	sed -n 's/^Rss: *\([0-9]*\) kB$/\1/p' "/proc/$server/smaps_rollup"
}

"$HAKMEM_RUN" redis-server --port 0 --unixsocket "$work/socket" --dir "$work" --save '' \
	--enable-debug-command yes --daemonize no >log 2>&1 &
server=$!
n=0
until ask ping 2>/dev/null | grep -q PONG; do
	n=$((n + 1))
	[ $n -lt 300 ] || fail 'does not start' "$(tail -n 20 log)"
	sleep 0.1
done
check_preloaded "$server"
ask debug populate 1000 first 100 >/dev/null # all of its code has run once
ask flushall >/dev/null
sleep 3
empty=$(resident)
ask debug populate "$keys" key 100 >/dev/null
[ "$(ask dbsize)" = "$keys" ] || fail "$(ask dbsize) keys"
full=$(resident)
[ "$full" -gt $((empty + keys / 10)) ] || fail "$keys keys take no memory: $empty, then $full KiB"
ask flushall >/dev/null
for second in 1 2 3 4 5 6 7 8; do
	sleep 1
	ask ping >/dev/null || fail "no answer in second $second"
done
n=0
until [ "$(resident)" -le $((empty + (full - empty) / 3)) ]; do
	n=$((n + 1))
	[ $n -lt 50 ] || fail "$empty KiB empty, $full full, $(resident) after FLUSHALL"
	sleep 0.1
done
echo "$empty KiB empty, $full full, $(resident) after FLUSHALL"
ask shutdown nosave >/dev/null 2>&1
wait "$server" || fail "ended with $?" "$(tail -n 20 log)"
server=
! grep '^hakmem: ' log || fail 'the library spoke'
