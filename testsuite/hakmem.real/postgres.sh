#!/bin/sh
# SPDX-License-Identifier: MIT
# hak-timeout: 180
# PostgreSQL: initdb, a server, pgbench with four clients; its books balance, and a restart keeps them.
. "${srcdir:?}/testsuite/hakmem.real/real.inc"
need runuser
bin=
for folder in /usr/lib/postgresql/*/bin; do
	[ ! -x "$folder/initdb" ] || bin=$folder
done
[ -n "$bin" ] || unsupported 'no PostgreSQL server here'
[ "$(id -u)" = 0 ] || unsupported 'not root: cannot become postgres'
id postgres >/dev/null 2>&1 || unsupported 'no user postgres'

work=$(mktemp -d)
trap 'as "$bin/pg_ctl" -D "$work/data" -m immediate stop >/dev/null 2>&1; rm -rf "$work"' EXIT
trap 'exit 1' HUP INT TERM
chown postgres "$work"
chmod 755 "$work"
# The build tree may lie where postgres cannot read.
cp -L "$HAKMEM_LIB" "$work/libhakmem.so.1"
chmod 755 "$work/libhakmem.so.1"

as()
{
	(cd "$work" && runuser -u postgres -- env LD_PRELOAD="$work/libhakmem.so.1" "$@")
}

sql()
{
	as "$bin/psql" -h "$work" -d postgres -At -c "$1"
}

as "$bin/initdb" -D "$work/data" -A trust --no-sync >initdb.log 2>&1 || fail "$(tail -n 40 initdb.log)"
# Nothing of it is for ever: without fsync the disk is no part of the test.
start()
{
	as "$bin/pg_ctl" -D "$work/data" -w -t 60 -l "$work/log" \
		-o "-k $work -c listen_addresses= -c fsync=off -c max_parallel_workers_per_gather=2" start >ctl.log 2>&1 ||
		fail "$(cat ctl.log "$work/log")"
	check_preloaded "$(head -n 1 "$work/data/postmaster.pid")"
}
start
as "$bin/pgbench" -h "$work" -i -s 2 -q postgres >bench.log 2>&1 || fail "$(cat bench.log)"
as "$bin/pgbench" -h "$work" -c 4 -j 2 -t 300 postgres >>bench.log 2>&1 || fail "$(cat bench.log)"
grep -q 'number of transactions actually processed: 1200/1200' bench.log || fail "$(cat bench.log)"
sums='select sum(abalance) from pgbench_accounts union all select sum(tbalance) from pgbench_tellers
	union all select sum(bbalance) from pgbench_branches union all select sum(delta) from pgbench_history'
[ "$(sql "$sums" | sort -u | wc -l)" = 1 ] || fail 'the books do not balance' "$(sql "$sums")"
[ "$(sql 'select count(*) from pgbench_history')" = 1200 ] || fail 'transactions are missing'
sql "create table big as select i, repeat('x', i % 2000) as t from generate_series(1, 30000) i" >/dev/null
sum=$(sql "select sum(length(t)), count(distinct t), md5(string_agg(t, ',' order by i)) from big")
as "$bin/pg_ctl" -D "$work/data" -m fast -w stop >ctl.log 2>&1 || fail "$(cat ctl.log)"
start
[ "$(sql "select sum(length(t)), count(distinct t), md5(string_agg(t, ',' order by i)) from big")" = "$sum" ] ||
	fail 'the data changed'
as "$bin/pg_ctl" -D "$work/data" -m fast -w stop >ctl.log 2>&1 || fail "$(cat ctl.log)"
! grep 'hakmem: ' "$work/log" initdb.log bench.log || fail 'the library spoke'
