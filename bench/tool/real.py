# SPDX-License-Identifier: MIT
"""Real programs: fixed work, CPU seconds. Each makes its own input, the same everywhere."""

import glob
import os
import pwd
import random
import shutil
import signal
import subprocess
import time

from allocators import clean_env
from catalog import CPU

PYTHON = r"""
import json, re
rows = [{"id": i, "name": "n%d" % (i * 7919 % 100003), "tags": ["t%d" % (i % k) for k in (3, 7, 31)],
         "pos": [i / 3.0, i * 1.5]} for i in range(40000)]
for _ in range(2):
    text = json.dumps(rows)
    rows = json.loads(text)
index = {}
for r in rows:
    for t in r["tags"]:
        index.setdefault(t, []).append(r["name"])
for names in index.values():
    names.sort()
words = re.findall(r"[a-z]\d+", text)
seen = set(words)
s = ""
for w in words[:200000]:
    s += w
big = [bytearray(i % 5000) for i in range(30000)]
del big[::2]
big += [str(i) * (i % 40) for i in range(200000)]
tree = {}
for i in range(300000):
    tree[i * 2654435761 % 1000003] = (i, str(i))
for k in list(tree)[::3]:
    del tree[k]
print(len(seen), len(s), len(big), len(tree))
"""

NODE = r"""
let rows = [];
for (let i = 0; i < 60000; i++)
  rows.push({id: i, name: 'n' + (i * 7919 % 100003), tags: [i % 3, i % 7, i % 31].map(t => 't' + t)});
let n = 0;
for (let k = 0; k < 4; k++) { rows = JSON.parse(JSON.stringify(rows)); n += rows.length; }
let bufs = [];
for (let i = 0; i < 200000; i++) {
  bufs.push(Buffer.allocUnsafeSlow(64 + i * 37 % 4000));
  if (bufs.length > 2000) bufs.splice(i * 31 % 1000, 1000);
}
const m = new Map();
for (let i = 0; i < 300000; i++) m.set('k' + i * 31 % 100003, [i]);
const z = require('zlib');
const raw = Buffer.from(JSON.stringify(rows));
for (let i = 0; i < 3; i++) n += z.gunzipSync(z.gzipSync(raw, {level: 3})).length;
console.log(n, bufs.length, m.size);
"""

PERL = r"""
my (%h, @a, $n);
for my $i (0 .. 400000) { my $k = "k" . ($i * 7919 % 100003); $h{$k} .= "v$i,"; }
for my $k (sort keys %h) { push @a, [split /,/, $h{$k}]; }
for my $r (@a) { $n += scalar @$r; $_ = join "-", reverse @$r for @$r; }
my $text = join " ", map { $_->[0] } @a;
my %c; $c{length $1}++ while $text =~ /(\w+)/g;
for my $i (0 .. 20) { my @copy = map { [@$_] } @a[0 .. 20000]; $n += @copy; }
print "$n ", scalar(keys %c), "\n";
"""

RUBY = r"""
h = Hash.new { |t, k| t[k] = [] }
300000.times { |i| h["k#{i * 7919 % 50021}"] << "v#{i}" * (i % 9) }
a = h.map { |k, v| [k, v.join(",")] }.sort
s = +""
a.each { |k, v| s << k << "=" << v << ";" }
n = 0
6.times { n += s.split(";").map { |x| x.split("=", 2) }.to_h.size }
words = s.scan(/v\d+/).tally
big = (0...100000).map { |i| "x" * (i * 37 % 3000) }
big = big.select.with_index { |_, i| i.odd? }.map(&:upcase)
puts n, words.size, big.size
"""

GAWK = r"""
BEGIN {
    for (i = 0; i < 600000; i++) {
        k = "k" (i * 7919 % 100003); c[k]++; v[k] = v[k] "," i; l[i % 5000] = l[i % 5000] k;
    }
    n = asorti(c, s);
    for (i = 1; i <= n; i++) { m = split(v[s[i]], p, ","); for (j = 1; j <= m; j++) t += p[j]; }
    for (i in l) { gsub(/7/, "seven", l[i]); u += length(l[i]); }
    print n, t, u;
}
"""

SQL = """
CREATE TABLE t(id INTEGER PRIMARY KEY, k TEXT, v REAL, pad TEXT);
WITH RECURSIVE c(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM c WHERE i < 300000)
INSERT INTO t SELECT i, 'k' || (i * 7919 % 100003), i / 3.0, substr('abcdefghijklmnopqrstuvwxyz', 1, i % 26)
FROM c;
CREATE INDEX tk ON t(k);
SELECT count(*), sum(v) FROM (SELECT k, sum(v) AS v FROM t GROUP BY k ORDER BY 2 DESC);
UPDATE t SET pad = pad || k WHERE id % 3 = 0;
SELECT count(*) FROM t a JOIN t b ON a.k = b.k WHERE a.id < 60000;
DELETE FROM t WHERE id % 5 = 0;
SELECT count(DISTINCT pad), max(length(g)) FROM (SELECT pad, group_concat(k) AS g FROM t GROUP BY id % 1000);
CREATE TABLE j AS SELECT json_object('id', id, 'k', k, 'v', v) AS d FROM t;
SELECT sum(json_extract(d, '$.id')) FROM j;
"""

POSTSCRIPT = """%!PS
/Helvetica findfont 9 scalefont setfont 12345 srand
1 1 30 { pop
  1 1 400 { pop rand 600 mod rand 800 mod moveto rand 600 mod rand 800 mod rand 600 mod rand 800 mod
    rand 600 mod rand 800 mod curveto rand 100 mod 100 div setgray stroke } for
  1 1 300 { pop rand 600 mod rand 800 mod moveto (libhakmem measures ghostscript) show } for
  1 1 200 { pop /d 20 dict def d /a rand put d /s 500 string put d /r [ rand rand rand ] put } for
  showpage } for
"""


class RealProgram:
    """A program with a command line and an input of its own."""

    is_real = True
    sets = ("real",)
    also = ()
    curve = ()
    count = ()
    metric = CPU

    def __init__(self, name, command, files=None, check=None, env=None, stdin=None):
        self.name = name
        self.command = command  # with {dir} for its directory
        self.files = files or {}  # name: content
        self.check = check or [command[0], "--version"]
        self.env = env or {}
        self.stdin = stdin
        self.dir = ""
        self.problems = {}

    @property
    def argv(self):
        """The command, for the result file."""
        return self.command

    def is_installed(self):
        """True if there is such a program."""
        return shutil.which(self.command[0]) is not None

    def prepare(self, runner):
        """Writes the input; called once."""
        self.dir = os.path.join(runner.scratch, self.name)
        os.makedirs(self.dir, exist_ok=True)
        for name, content in self.files.items():
            with open(os.path.join(self.dir, name), "w", encoding="utf-8") as f:
                f.write(content() if callable(content) else content)

    def check_bound(self, runner, alloc):
        """What is wrong with malloc's binding in this program, or ''."""
        program = os.path.realpath(shutil.which(self.check[0]))
        files = runner.bound_to(
            [shutil.which(self.check[0])] + self.check[1:], alloc, cwd=self.dir, env=self.env
        )
        if len(files) > 1:
            # A program that takes malloc's address has an entry of its own, which leads to the real one.
            files.discard(program)
        if not files:
            return "cannot tell whether it was loaded: the dynamic linker binds no malloc (a static program?)"
        if files != {os.path.realpath(alloc.path)}:
            return "not loaded, or not alone: malloc comes from " + ", ".join(sorted(files))
        return ""

    def run(self, runner, alloc):
        """One measured run."""
        argv = [w.replace("{dir}", self.dir) for w in self.command]
        argv[0] = shutil.which(argv[0])
        with open(os.path.join(self.dir, self.stdin) if self.stdin else os.devnull, "rb") as stdin:
            return runner.run(argv, alloc, cwd=self.dir, env=self.env, stdin=stdin)


class Git(RealProgram):
    """git on a repository made once."""

    def prepare(self, runner):
        self.dir = os.path.join(runner.scratch, "git")
        if os.path.exists(self.dir):
            return
        os.makedirs(self.dir)
        rng = random.Random(1)
        lines = {n: [f"line {i} of file {n}: {rng.random()}" for i in range(200)] for n in range(60)}
        parts = []
        for c in range(1500):
            touched = rng.sample(sorted(lines), 3) if c else sorted(lines)
            parts.append(
                f"commit refs/heads/main\ncommitter A <a@example.org> {1600000000 + c} +0000\n"
                f"data 8\ncommit {c % 10}"
            )
            for n in touched:
                lines[n][rng.randrange(200)] = f"changed in {c}: {rng.random()}"
                body = "\n".join(lines[n]) + "\n"
                parts.append(f"M 644 inline d{n % 7}/f{n}\ndata {len(body)}\n{body}")
        subprocess.run(["git", "init", "-q", "--bare", "-b", "main", self.dir], check=True)
        subprocess.run(
            ["git", "-C", self.dir, "fast-import", "--quiet"], input="\n".join(parts).encode(), check=True
        )


class Server(RealProgram):
    """A server and its client; only the server runs under the allocator, and its CPU seconds count."""

    def start_server(self, runner, alloc):
        """Starts it, waits until it answers; returns what Runner.start() does."""
        raise NotImplementedError

    def work(self, result):
        """The client's work; may add to the result's fields."""
        raise NotImplementedError

    def stop_server(self):
        """Asks the server to end."""
        raise NotImplementedError

    def run(self, runner, alloc):
        p, out = self.start_server(runner, alloc)
        fields, error = {}, ""
        try:
            self.work(fields)
        except (subprocess.SubprocessError, OSError) as e:
            error = f"the client failed: {e}"
        finally:
            self.stop_server()
        result = runner.finish(p, out, timeout=60)
        result["fields"] = fields
        if "rss_kib" in fields:
            result["rss_kib"] = fields["rss_kib"]
        if error:
            result["error"] = error + (": " + result["error"] if "error" in result else "")
        return result

    @staticmethod
    def client(argv, **more):
        """Runs a client; returns its output. Raises on failure."""
        return subprocess.run(
            argv, check=True, capture_output=True, text=True, timeout=300, env=clean_env(), **more
        ).stdout

    def wait_until(self, argv, **more):
        """Tries a client's command until it succeeds."""
        for _ in range(300):
            if (
                subprocess.run(argv, capture_output=True, check=False, env=clean_env(), **more).returncode
                == 0
            ):
                return
            time.sleep(0.1)
        # The client's own attempt then tells what is wrong.


class Redis(Server):
    """redis-server and redis-benchmark over a local socket, nothing saved."""

    def is_installed(self):
        return super().is_installed() and shutil.which("redis-benchmark") is not None

    def start_server(self, runner, alloc):
        sock = os.path.join(self.dir, "s")
        p = runner.start(
            [
                shutil.which("redis-server"),
                "--port",
                "0",
                "--unixsocket",
                sock,
                "--save",
                "",
                "--appendonly",
                "no",
                "--logfile",
                os.path.join(self.dir, "log"),
                "--dir",
                self.dir,
            ],
            alloc,
        )
        self.wait_until(["redis-cli", "-s", sock, "ping"])
        return p

    def work(self, result):
        sock = os.path.join(self.dir, "s")
        self.client(
            [
                "redis-benchmark",
                "-s",
                sock,
                "-q",
                "-n",
                "80000",
                "-P",
                "16",
                "-r",
                "100000",
                "-d",
                "200",
                "-t",
                "set,get,incr,lpush,rpop,sadd,hset,zadd,lrange_100",
            ]
        )
        info = self.client(["redis-cli", "-s", sock, "info", "memory"])
        rss = next(t for t in info.splitlines() if t.startswith("used_memory_rss:"))
        result["rss_kib"] = int(rss.split(":")[1]) // 1024

    def stop_server(self):
        subprocess.run(
            ["redis-cli", "-s", os.path.join(self.dir, "s"), "shutdown", "nosave"],
            check=False,
            capture_output=True,
        )


class Postgres(Server):
    """PostgreSQL and pgbench over a local socket, without fsync."""

    def __init__(self, name):
        places = sorted(
            glob.glob("/usr/lib/postgresql/*/bin"), key=lambda p: [int(n) for n in p.split("/")[4].split(".")]
        )
        self.bin = places[-1] if places else os.path.dirname(shutil.which("postgres") or "/nowhere/x")
        super().__init__(name, [os.path.join(self.bin, "postgres")])
        self.user = None
        if os.geteuid() == 0:
            # It refuses to run as root.
            users = {u.pw_name for u in pwd.getpwall()}
            self.user = "postgres" if "postgres" in users else "nobody"

    def is_installed(self):
        return all(os.access(os.path.join(self.bin, n), os.X_OK) for n in ("postgres", "initdb", "pgbench"))

    def _as_user(self):
        return (
            {"user": self.user, "group": pwd.getpwnam(self.user).pw_gid, "extra_groups": []}
            if self.user
            else {}
        )

    def prepare(self, runner):
        super().prepare(runner)
        if self.user:
            shutil.chown(self.dir, self.user)
        self.client(
            [
                os.path.join(self.bin, "initdb"),
                "-D",
                os.path.join(self.dir, "data"),
                "-A",
                "trust",
                "-U",
                "bench",
                "-N",
            ],
            cwd=self.dir,
            **self._as_user(),
        )
        p, out = self.start_server(runner, None)
        try:
            self.client(self._pgbench("-i", "-q", "-s", "2"), cwd=self.dir)
        finally:
            self.stop_server()
            runner.finish(p, out, timeout=60)

    def _pgbench(self, *words):
        return [os.path.join(self.bin, "pgbench"), "-h", self.dir, "-U", "bench", *words, "postgres"]

    def start_server(self, runner, alloc):
        settings = [
            "listen_addresses=",
            "unix_socket_directories=" + self.dir,
            "fsync=off",
            "shared_buffers=32MB",
            "autovacuum=off",
            "logging_collector=off",
        ]
        argv = [os.path.join(self.bin, "postgres"), "-D", os.path.join(self.dir, "data")]
        for s in settings:
            argv += ["-c", s]
        p = runner.start(argv, alloc, cwd=self.dir, user=self.user, out_dir=self.dir)
        self.wait_until(
            [os.path.join(self.bin, "pg_isready"), "-h", self.dir, "-U", "bench", "-d", "postgres"]
        )
        return p

    def work(self, result):
        self.client(self._pgbench("-n", "-S", "-c", "2", "-t", "10000"), cwd=self.dir)
        self.client(self._pgbench("-n", "-c", "2", "-t", "1500"), cwd=self.dir)
        # A connection for each transaction: start-up of a backend, many small contexts.
        self.client(self._pgbench("-n", "-S", "-C", "-c", "1", "-t", "300"), cwd=self.dir)

    def stop_server(self):
        try:
            with open(os.path.join(self.dir, "data", "postmaster.pid"), encoding="ascii") as f:
                os.kill(int(f.readline()), signal.SIGINT)
        except (OSError, ValueError):
            pass


def _c_source():
    rng = random.Random(1)
    out = ["struct node { struct node *next; int key; double w[4]; };"]
    for f in range(60):
        out.append(f"int f{f}(int a, int b, struct node *p)\n{{\n\tint s = {f}, t[{8 + f % 9}] = {{0}};")
        for i in range(12):
            k = rng.randrange(8)
            out.append(
                f"\tfor (int i{i} = a; i{i} < b; i{i} += {1 + k}) {{ "
                f"s += t[i{i} & 7] * {rng.randrange(99)} + "
                f"p->key; t[{k}] ^= s >> {1 + k}; }}"
            )
            out.append(
                f"\tswitch (s % {5 + k}) {{ case 0: s += p->w[{k % 4}]; break; case 1: p = p->next; break; "
                f"case 3: s *= {rng.randrange(1, 99)}; default: s--; }}"
            )
        call = f"\treturn s + f{rng.randrange(f)}(b, s, p);" if f else "\treturn s;"
        out.append(call + "\n}")
    return "\n".join(out) + "\n"


def _smt():
    """Pigeons that do not fit, and an equation over bit vectors: no solution in either."""
    out = ["(set-option :smt.random_seed 1)", "(push)"]
    holes = 8
    for p in range(holes + 1):
        for h in range(holes):
            out.append(f"(declare-const x{p}_{h} Bool)")
        out.append("(assert (or " + " ".join(f"x{p}_{h}" for h in range(holes)) + "))")
    for h in range(holes):
        for p in range(holes + 1):
            for q in range(p):
                out.append(f"(assert (not (and x{p}_{h} x{q}_{h})))")
    out += [
        "(check-sat)",
        "(pop)",
        "(push)",
        "(declare-const a (_ BitVec 20))",
        "(declare-const b (_ BitVec 20))",
        "(assert (not (= (bvmul (bvadd a b) (bvadd a b))"
        " (bvadd (bvmul a a) (bvadd (bvmul #x00002 (bvmul a b)) (bvmul b b))))))",
        "(assert (bvult a #x00020))",
        "(assert (bvult b #x00020))",
        "(check-sat)",
        "(pop)",
    ]
    out += ["(declare-fun g (Int) Int)"] + [f"(declare-const i{k} Int)" for k in range(120)]
    for k in range(119):
        out.append(f"(assert (and (< i{k} i{k + 1}) (= (g i{k}) (+ i{k + 1} {k % 7}))))")
    out += ["(assert (< i119 119))", "(assert (> i0 0))", "(check-sat)"]
    return "\n".join(out) + "\n"


def programs():
    """All real programs that are installed."""
    python = "/usr/bin/python3" if os.path.exists("/usr/bin/python3") else "python3"
    every = [
        RealProgram("python3", [python, "-s", "{dir}/w.py"], {"w.py": PYTHON}, env={"PYTHONHASHSEED": "0"}),
        # CPython's own pools take most of its small objects; without them all go to malloc.
        RealProgram(
            "python3-malloc",
            [python, "-s", "{dir}/w.py"],
            {"w.py": PYTHON},
            env={"PYTHONMALLOC": "malloc", "PYTHONHASHSEED": "0"},
        ),
        RealProgram("node", ["node", "{dir}/w.js"], {"w.js": NODE}),
        RealProgram("perl", ["perl", "{dir}/w.pl"], {"w.pl": PERL}, env={"PERL_HASH_SEED": "0"}),
        RealProgram("ruby", ["ruby", "{dir}/w.rb"], {"w.rb": RUBY}),
        RealProgram("sqlite3", ["sqlite3", ":memory:"], {"w.sql": SQL}, stdin="w.sql"),
        RealProgram("gcc", ["gcc", "-O2", "-w", "-c", "-o", "/dev/null", "{dir}/w.c"], {"w.c": _c_source}),
        RealProgram("gawk", ["gawk", "-f", "{dir}/w.awk"], {"w.awk": GAWK}),
        RealProgram(
            "ghostscript",
            ["gs", "-q", "-dNOPAUSE", "-dBATCH", "-sDEVICE=ppmraw", "-r120", "-o", "/dev/null", "{dir}/w.ps"],
            {"w.ps": POSTSCRIPT},
        ),
        RealProgram("z3", ["z3", "-T:300", "{dir}/w.smt2"], {"w.smt2": _smt}),
        Git(
            "git-repack",
            ["git", "-C", "{dir}", "-c", "pack.threads=1", "repack", "-a", "-d", "-f", "-q", "--window=30"],
        ),
        Git("git-log", ["git", "-C", "{dir}", "log", "-p", "--stat", "-M", "--output=/dev/null"]),
        Redis("redis-server", ["redis-server"]),
        Postgres("pgbench"),
    ]
    return [p for p in every if p.is_installed()]
