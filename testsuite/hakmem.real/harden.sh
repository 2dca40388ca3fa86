#!/bin/sh
# SPDX-License-Identifier: MIT
# hak-timeout: 300
# Whole programs under profile:hardened do what they do without, and have no fault that is told: python3, sqlite3, perl, gcc, git,
# xz, node. Where one is missing, the test is unsupported, even if the others pass. harden-*.sh try servers.
. "${srcdir:?}/testsuite/hakmem.real/real.inc"
export HAKMEM_CONF="${conf-profile:hardened}"

missing=
has()
{
	! command -v "$1" >/dev/null || return 0
	missing="$missing $1"
	return 1
}

if has python3; then
	cat >work.py <<'END'
import json, re, threading, zlib
def work(k):
    d = [{'a': i, 'b': 'x' * (i % 300), 'c': [k] * (i % 7)} for i in range(2000)]
    for i in range(5):
        s = json.dumps(d); d = json.loads(s)
        z = zlib.decompress(zlib.compress(s.encode()))
        assert z.decode() == s and len(re.findall('"a"', s)) == 2000
threads = [threading.Thread(target=work, args=(k,)) for k in range(4)]
[t.start() for t in threads]; [t.join() for t in threads]
print('done', sum(len(str(i)) for i in range(100000)))
END
	same_good python3 work.py
fi
if has sqlite3; then
	same_good sqlite3 :memory: "create table t(a,b); with recursive n(i) as (select 1 union all select i+1 from n where i<60000)
		insert into t select i, printf('v%d', i*7919%10007) from n; create index x on t(b);
		select count(distinct b), max(b) from t; select sum(a) from t where b like 'v12%'; delete from t where a%3=0; vacuum; select count(*) from t"
fi
if has perl; then
	# shellcheck disable=SC2016 # for perl
	same_good perl -e 'my %h; $h{$_ % 5000} .= "x" x ($_ % 60) for 1..100000; my $s = join ",", map { length $h{$_} } sort keys %h;
		$s =~ s/(\d+)/$1+1/ge; print length $s, "\n"; print join(" ", (sort { $a <=> $b } map { $_ * 7919 % 10007 } 1..20000)[0..9]), "\n"'
fi
if has gcc; then
	same_good gcc -O2 -S -o - -I"$srcdir/lib" -I"${builddir:?}" -I"$srcdir/include" -DHAVE_CONFIG_H "$srcdir/lib/tiny/cache.c"
fi
if has git; then
	(
		git init -q r && cd r || exit
		git config user.name n && git config user.email e
		i=0
		while [ $i -lt 30 ]; do
			seq $i $((i * 50 + 500)) >f$((i % 7)) && git add . && git commit -q -m "$i" || exit
			i=$((i + 1))
		done
	) || fail 'git without libhakmem'
	same_good git -C r log -p --stat
	same git -C r fsck --full
	"$HAKMEM_RUN" git -C r gc -q --aggressive || fail 'git gc'
	same_good git -C r log -p
fi
if has xz; then
	seq 1 300000 >n
	same_good xz -9 -c n
fi
if has node; then
	same_good node -e 'let m = new Map(); for (let i = 0; i < 100000; i++) m.set("k" + i % 5000, JSON.stringify({i, a: [i, i + 1]}));
		console.log(m.size, [...m.values()].join("").length)'
fi
[ -z "$missing" ] || unsupported "the others passed, but there is no$missing here"
