#!/bin/sh
# SPDX-License-Identifier: MIT
# sqlite3 builds, indexes, joins, deletes and vacuums a database: the same output and the same file.
. "${srcdir:?}/testsuite/hakmem.real/real.inc"
need sqlite3

cat >work.sql <<'END'
PRAGMA journal_mode = MEMORY;
CREATE TABLE t(id INTEGER PRIMARY KEY, a INT, b TEXT, c BLOB);
WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 60000)
INSERT INTO t SELECT i, i * 7919 % 10007, 'text ' || (i * 31 % 997), zeroblob(i % 300) FROM n;
CREATE INDEX ta ON t(a);
CREATE INDEX tb ON t(b, a);
SELECT count(*), sum(length(c)), max(b) FROM t;
SELECT x.b, count(*) FROM t x JOIN t y ON x.a = y.id GROUP BY x.b ORDER BY 2 DESC, 1 LIMIT 20;
DELETE FROM t WHERE a % 3 = 0;
UPDATE t SET b = b || b WHERE a % 5 = 0;
SELECT group_concat(b) FROM (SELECT b FROM t ORDER BY b, id LIMIT 2000);
WITH RECURSIVE f(i, x) AS (SELECT 1, '1' UNION ALL SELECT i + 1, x || i FROM f WHERE i < 1500) SELECT length(max(x)) FROM f;
VACUUM;
PRAGMA integrity_check;
END
rm -f a.db b.db
sqlite3 a.db <work.sql >plain.out 2>&1 || fail 'without libhakmem' "$(cat plain.out)"
"$HAKMEM_RUN" sqlite3 b.db <work.sql >preloaded.out 2>&1 || fail "$(cat preloaded.out)"
cmp plain.out preloaded.out || fail 'another output'
cmp a.db b.db || fail 'another database'
