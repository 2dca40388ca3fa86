# SPDX-License-Identifier: MIT
"""The programs that can be measured, and the sets they belong to."""

from dataclasses import dataclass, field

SETS = {
    "quick": "a short look: a few seconds per allocator and round",
    "five": "the five benchmarks, long variants",
    "sets": "large working sets: many blocks alive at once",
    "threads": "producer and consumer, false sharing, migrating objects, short threads",
    "shapes": "realloc growth, calloc, alignment, start-up, memory after the peak, latency",
    "scale": "time over the number of threads, 1 to 8",
    "live": "time over the number of live blocks, 1,000 to 10,000,000",
    "real": "real programs, as far as they are installed: fixed work, CPU seconds",
    "all": "everything but quick",
}

# Programs worth watching while they run: their resident memory over time (--timeline).
TIMELINE = (
    "rss_after/all",
    "rss_after/1-in-20",
    "larson/steady-4",
    "mstress/4",
    "python3-malloc",
    "redis-server",
)


@dataclass
class Metric:
    """One figure of a program: where it is found, how it is shown."""

    key: str
    unit: str
    scale: float = 1.0
    more_is_better: bool = False


OPS = Metric("ops_per_s", "M ops/s", 1e-6, True)
SECONDS = Metric("seconds", "s")
CPU = Metric("cpu", "CPU s")
NS_BLOCK = Metric("ns_per_op", "ns/block")


@dataclass
class Program:
    """One command line of one of the benchmarks."""

    name: str
    argv: list
    sets: tuple
    metric: Metric = field(default_factory=lambda: OPS)
    also: tuple = ()
    # For pictures: (family, axis, value), for instance ("larson", "threads", 4).
    curve: tuple = ()
    # For --counters: the same program with less work and with more of it.
    count: tuple = ()

    is_real = False


def _words(text):
    return [str(w) for w in text.split()]


def _live(blocks, size, order, rounds, sets, curve=()):
    names = {1000: "1k", 10000: "10k", 100000: "100k", 300000: "300k", 1000000: "1M", 10000000: "10M"}
    count = ()
    if blocks <= 10000:
        count = (_words(f"live {blocks} {size} {order} 10"), _words(f"live {blocks} {size} {order} 30"))
    elif blocks <= 1000000:
        count = (
            _words(f"live {blocks // 10} {size} {order} 1"),
            _words(f"live {blocks // 10} {size} {order} 3"),
        )
    return Program(
        f"live/{names[blocks]}x{size}-{order}",
        _words(f"live {blocks} {size} {order} {rounds}"),
        sets,
        NS_BLOCK,
        (Metric("alloc_ns", "alloc ns"), Metric("touch_ns", "touch ns"), Metric("free_ns", "free ns")),
        curve,
        count,
    )


def benchmarks():
    """All benchmark programs, in the order they are run and shown."""
    out = []

    def add(name, text, sets, metric=OPS, also=(), curve=(), count=()):
        out.append(
            Program(
                name,
                _words(text),
                (sets,) if isinstance(sets, str) else sets,
                metric,
                also,
                curve,
                tuple(_words(c) for c in count),
            )
        )

    lat = (
        Metric("all_p50_ns", "p50 ns"),
        Metric("all_p99_ns", "p99 ns"),
        Metric("all_max_ns", "max us", 1e-3),
    )
    stays = (
        Metric("rss_full_kib", "full MiB", 1 / 1024),
        Metric("rss_freed_kib", "freed MiB", 1 / 1024),
        Metric("rss_idle_kib", "idle MiB", 1 / 1024),
        Metric("rss_trimmed_kib", "trimmed MiB", 1 / 1024),
    )
    after = Metric("rss_active_kib", "MiB after", 1 / 1024)
    slow = Metric("slowdown", "x alone")
    us_each = Metric("ns_per_op", "us each", 1e-3)

    # quick: the smoke test
    add("quick/random_mixed", "random_mixed 4000000 1024 12345", "quick")
    add("quick/tiny_hot", "tiny_hot 64 100 50000", "quick")
    add("quick/mid_large_mt", "mid_large_mt 2 100000 2048 42", "quick")
    add("quick/larson", "larson 1 8 1000 5000 100 4141 2", "quick")
    add("quick/vm_mixed", "vm_mixed 5000 64 12345", "quick")
    add("quick/live", "live 300000 64 shuffle 1", "quick", NS_BLOCK)
    add("quick/prodcons", "prodcons 2 2000000", "quick", SECONDS)
    add("quick/mstress", "mstress 2 10 50000", "quick", SECONDS)
    add("quick/startup", "startup 100", "quick", us_each)

    # five: as the original was judged
    for ws in (400, 1024, 8192):
        add(
            f"random_mixed/{ws}",
            f"random_mixed 20000000 {ws} 1234567",
            "five",
            count=(f"random_mixed 200000 {ws} 1234567", f"random_mixed 600000 {ws} 1234567"),
        )
    add("tiny_hot", "tiny_hot 64 100 100000", "five", count=("tiny_hot 64 100 500", "tiny_hot 64 100 1500"))
    for t in (2, 4):
        add(
            f"mid_large_mt/{t}",
            f"mid_large_mt {t} 1000000 2048 42",
            "five",
            count=(f"mid_large_mt {t} 20000 2048 42", f"mid_large_mt {t} 60000 2048 42"),
        )
    add(
        "larson/churn-4",
        "larson 5 8 128 1024 1 12345 4",
        "five",
        count=("larson 1 8 128 1024 1 12345 4", "larson 3 8 128 1024 1 12345 4"),
    )
    for t in (2, 4):
        add(
            f"larson/steady-{t}",
            f"larson 5 8 1000 5000 100 4141 {t}",
            "five",
            count=(f"larson 1 8 1000 5000 100 4141 {t}", f"larson 3 8 1000 5000 100 4141 {t}"),
        )
    add(
        "vm_mixed",
        "vm_mixed 20000 64 12345",
        "five",
        count=("vm_mixed 500 64 12345", "vm_mixed 1500 64 12345"),
    )
    add(
        "vm_mixed/log",
        "vm_mixed --log 20000 64 12345",
        "five",
        count=("vm_mixed --log 1000 64 12345", "vm_mixed --log 3000 64 12345"),
    )

    # sets
    for order in ("fifo", "lifo", "shuffle"):
        out.append(_live(10000, 64, order, 1000, ("sets",)))
        out.append(_live(300000, 256, order, 3, ("sets",)))
        out.append(_live(1000000, 64, order, 3, ("sets",)))
        out.append(_live(10000000, 32, order, 1, ("sets",)))

    # threads
    for t in (2, 4):
        add(
            f"prodcons/{t}",
            f"prodcons {t} 10000000",
            "threads",
            SECONDS,
            count=(f"prodcons {t} 200000", f"prodcons {t} 600000"),
        )
    for kind in ("passive", "active"):
        add(f"false_sharing/{kind}", f"false_sharing {kind} 2 8 10000 40000", "threads", slow)
    for t in (2, 4):
        add(
            f"mstress/{t}",
            f"mstress {t} 50 100000",
            "threads",
            SECONDS,
            count=(f"mstress {t} 5 10000", f"mstress {t} 15 10000"),
        )
    add(
        "short_threads/1",
        "short_threads 5000 1",
        "threads",
        us_each,
        (Metric("rss_at_100_kib", "MiB at 100", 1 / 1024),),
        count=("short_threads 200 1", "short_threads 600 1"),
    )
    add("short_threads/1000", "short_threads 5000 1000", "threads", us_each)

    # shapes
    add(
        "realloc_grow",
        "realloc_grow 10",
        "shapes",
        SECONDS,
        count=("realloc_grow 1 2 4194304", "realloc_grow 3 2 4194304"),
    )
    add(
        "calloc_large", "calloc_large 5000", "shapes", SECONDS, count=("calloc_large 200", "calloc_large 600")
    )
    add("aligned", "aligned 5000000", "shapes", OPS, count=("aligned 50000", "aligned 150000"))
    add("startup", "startup 500", "shapes", us_each, (Metric("faults_per_process", "faults"),))
    add("startup/random_mixed", "random_mixed 100000 1024 12345", "shapes", CPU)
    add("rss_after/all", "rss_after 300000 0 2000", "shapes", after, stays)
    add("rss_after/1-in-20", "rss_after 300000 20 2000", "shapes", after, stays)
    add("latency", "latency 10000000 8192", "shapes", Metric("all_p9999_ns", "p99.99 us", 1e-3), lat)

    # scale: the work per thread is the same
    for t in (1, 2, 4, 8):
        add(
            f"scale/larson-{t}", f"larson 2 8 1000 5000 100 4141 {t}", "scale", curve=("larson", "threads", t)
        )
        add(
            f"scale/mid_large_mt-{t}",
            f"mid_large_mt {t} 500000 2048 42",
            "scale",
            curve=("mid_large_mt", "threads", t),
        )
        add(f"scale/mstress-{t}", f"mstress {t} 20 50000", "scale", curve=("mstress", "threads", t))
        if t > 1:
            add(
                f"scale/prodcons-{t}",
                f"prodcons {t} {2000000 * t}",
                "scale",
                curve=("prodcons", "threads", t),
            )

    # live: the same number of blocks in all, whatever is alive at once
    for n in (1000, 10000, 100000, 1000000, 10000000):
        p = _live(
            n, 64, "shuffle", max(1, 10000000 // n), ("live",), ("live 64 B, shuffled", "live blocks", n)
        )
        p.name = "curve/" + p.name
        out.append(p)
    return out


def choose(words, real):
    """The programs for the words of the command line: names of sets or programs. real: the real programs."""
    every = benchmarks() + real
    chosen, unknown = [], []
    for word in words:
        if word == "all":
            found = [p for p in every if "quick" not in p.sets]
        elif word in SETS:
            found = [p for p in every if word in p.sets]
        else:
            found = [p for p in every if p.name == word] or [p for p in every if p.name.split("/")[0] == word]
            if not found:
                unknown.append(word)
        chosen += [p for p in found if p not in chosen]
    return [p for p in every if p in chosen], unknown
