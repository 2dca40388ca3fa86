#!/bin/sh
# SPDX-License-Identifier: MIT
# hak-timeout: 120
# redis-server under redis-benchmark, with BGSAVE and an AOF rewrite (forks), then started again: it
# loads the dump, and its data's digest is the same.
. "${srcdir:?}/testsuite/hakmem.real/real.inc"
need redis-server redis-cli redis-benchmark

work=$(mktemp -d) # a socket's path must be short
server=
trap 'test -z "$server" || kill "$server" 2>/dev/null; rm -rf "$work"' EXIT
trap 'exit 1' HUP INT TERM

ask()
{
	redis-cli -s "$work/socket" "$@"
}

start()
{
	"$HAKMEM_RUN" redis-server --port 0 --unixsocket "$work/socket" --dir "$work" --save '' --io-threads 2 \
		--enable-debug-command yes --daemonize no >>log 2>&1 &
	server=$!
	n=0
	until ask ping 2>/dev/null | grep -q PONG; do
		n=$((n + 1))
		[ $n -lt 300 ] || fail 'does not start' "$(tail -n 20 log)"
		sleep 0.1
	done
	check_preloaded "$server"
}

wait_for() # PATTERN in info persistence
{
	n=0
	until ask info persistence | grep -q "$1"; do
		n=$((n + 1))
		[ $n -lt 600 ] || fail "never $1" "$(ask info persistence)" "$(tail -n 20 log)"
		sleep 0.1
	done
}

start
"$HAKMEM_RUN" redis-benchmark -s "$work/socket" -n 10000 -r 5000 -c 20 -d 200 -P 4 -q \
	-t set,get,incr,lpush,rpop,sadd,hset,zadd,mset >bench 2>&1 || fail "$(cat bench)"
[ "$(tr '\r' '\n' <bench | grep -c 'requests per second')" -ge 9 ] || fail "$(cat bench)"
ask eval 'for i = 1, 20000 do redis.call("set", "k" .. i, string.rep("v", i % 3000)) end return 1' 0 >/dev/null
"$HAKMEM_RUN" redis-benchmark -s "$work/socket" -n "${n_requests:-100000}" -r 5000 -c 10 -q -t set >bench2 2>&1 & load=$!
ask bgsave >/dev/null
wait_for 'rdb_bgsave_in_progress:0'
wait_for 'rdb_last_bgsave_status:ok'
ask bgrewriteaof >/dev/null
wait_for 'aof_rewrite_in_progress:0'
wait_for 'aof_last_bgrewrite_status:ok'
wait $load || fail "$(cat bench2)"
ask memory purge >/dev/null
ask bgsave >/dev/null
wait_for 'rdb_bgsave_in_progress:0'
wait_for 'rdb_last_bgsave_status:ok'
before=$(ask debug digest)
size=$(ask dbsize)
[ "$size" -gt 20000 ] || fail "only $size keys"
ask shutdown nosave >/dev/null 2>&1
wait "$server" || fail "ended with $?" "$(tail -n 20 log)"
start
[ "$(ask dbsize)" = "$size" ] || fail "not all keys came back: $(ask dbsize) of $size"
[ "$(ask debug digest)" = "$before" ] || fail 'the data changed'
ask flushall >/dev/null
ask shutdown nosave >/dev/null 2>&1
wait "$server" || fail "ended with $?" "$(tail -n 20 log)"
server=
! grep '^hakmem: ' log bench bench2 || fail 'the library spoke'
