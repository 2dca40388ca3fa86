# SPDX-License-Identifier: MIT
"""What does not scale, counted by a library that counts it, and throughput on the cores there are."""

import json
import os
import statistics
import subprocess

from allocators import Allocator, clean_env

THREADS = (1, 2, 4, 8, 16, 32, 64)

# The command line for a number of threads. The work in all stays about the same, a thread's own work long
# enough that its start and its end count as little as in the longer runs, except where they are the point.
PROGRAMS = {
    "larson/churn": lambda t: f"larson 1 8 128 1024 1 12345 {t}",
    "larson/steady": lambda t: f"larson 1 8 1000 5000 100 4141 {t}",
    "mid_large_mt": lambda t: f"mid_large_mt {t} {16000000 // t} 2048 42",
    "prodcons": lambda t: f"prodcons {t} 4000000",
    "mstress": lambda t: f"mstress {t} {max(8, 128 // t)} 20000",
}

_COUNTS = (
    "n_rmw",
    "n_lines",
    "n_moved",
    "n_under",
    "n_other",
    "n_locks",
    "n_contended",
    "n_inside",
    "n_held",
    "held",
)


class ScalingError(Exception):
    """Something that ends the whole measurement, in words for the user."""


def choose(words):
    """The names of the programs that the words mean."""
    out = []
    for word in words or PROGRAMS:
        found = [p for p in PROGRAMS if p == word or p.split("/")[0] == word]
        if not found:
            raise ScalingError(f"--scaling has no program {word} (it has: {', '.join(PROGRAMS)})")
        out += [p for p in found if p not in out]
    return out


def find_library(given):
    """The library that counts."""
    path = given or os.path.join(os.getcwd(), "bench", "audit", "libhakmem.so.1")
    if not os.path.exists(path):
        raise ScalingError(f"{path} is not there: `make bench-audit` makes a library that counts")
    return Allocator("counting", os.path.abspath(path), {"HAKMEM_CONF": "stats:json"})


def _argv(runner, program, threads):
    words = PROGRAMS[program](threads).split()
    return [os.path.join(runner.programs, words[0])] + words[1:]


def _can_run(program, threads):
    # Its threads come in pairs.
    return program != "prodcons" or threads % 2 == 0


def _run(runner, program, threads, alloc):
    """One run: (what the program reports, its standard error)."""
    try:
        p = subprocess.run(
            ["env", *alloc.words(), *_argv(runner, program, threads)],
            capture_output=True,
            text=True,
            env=clean_env(),
            check=False,
            timeout=runner.timeout,
        )
    except subprocess.TimeoutExpired as e:
        raise ScalingError(f"{program}, {threads} threads: no end after {runner.timeout} s") from e
    line = next((t for t in p.stdout.splitlines() if t.startswith("{")), None)
    if p.returncode or line is None:
        errors = p.stderr.strip().splitlines()
        raise ScalingError(
            f"{program}, {threads} threads: exit code {p.returncode}" + (": " + errors[0] if errors else "")
        )
    own = json.loads(line)
    if not alloc.is_file(own["allocator"]):
        raise ScalingError(f"not loaded: malloc came from {own['allocator']}")
    return own, p.stderr


def merge_sites(sites):
    """
    Sites that are one place in the source (of an inline function) together. "at" is the number of the line they
    write to, if it is nearly always the same one for all threads, else 0.
    """
    out = {}
    for s in sites:
        m = out.setdefault((s["file"], s["source_line"]), {**s, **dict.fromkeys(_COUNTS, 0)})
        for k in _COUNTS:
            m[k] += s[k]
        if m["at"] != s["at"] or s["n_other"] * 100 > s["n_lines"]:
            m["at"] = 0
    return list(out.values())


def _count(runner, program, threads, alloc):
    own, stderr = _run(runner, program, threads, alloc)
    try:
        stats = json.loads(stderr[stderr.index("{") :])
        sites = stats["sites"]
    except (ValueError, KeyError) as e:
        raise ScalingError(
            f"{alloc.path} does not count: `make bench-audit` or --enable-audit makes one that does"
        ) from e
    return {
        "program": program,
        "threads": threads,
        "ops": own["ops"],
        "ticks_per_ms": stats["ticks_per_ms"],
        "calls": stats["n_map_calls"] + stats["n_purge_calls"],
        "sites": merge_sites(sites),
    }


def _on_cores(runner, program, threads, alloc, cpus):
    """(operations per second, CPU ns per operation) on some of the cores."""
    before = os.sched_getaffinity(0)
    os.sched_setaffinity(0, cpus)
    try:
        own, _ = _run(runner, program, threads, alloc)
        return own["ops_per_s"], own["cpu_seconds"] * 1e9 / own["ops"]
    finally:
        os.sched_setaffinity(0, before)


def measure(runner, programs, threads, counting, alloc, n_rounds, result):
    """Counts, then measures; adds result["scaling"]."""
    cpus = sorted(os.sched_getaffinity(0))
    cores = sorted({1, len(cpus)})
    pairs = [(p, t) for p in programs for t in threads if _can_run(p, t)]
    total = len(pairs) * (1 + n_rounds * len(cores))
    counted, speeds, done = [], {}, 0
    for p, t in pairs:
        runner.progress.show(done, total, None, f"counting {p}, {t} threads")
        counted.append(_count(runner, p, t, counting))
        done += 1
    for r in range(n_rounds):
        for p, t in pairs:
            for c in cores:
                runner.progress.show(
                    done, total, None, f"round {r + 1}/{n_rounds}: {p}, {t} threads, {c} cores"
                )
                speeds.setdefault((p, t, c), []).append(_on_cores(runner, p, t, alloc, cpus[:c]))
                done += 1
    runner.progress.end()
    result["scaling"] = {
        "rounds": n_rounds,
        "cores": cores,
        "threads": list(threads),
        "programs": {p: PROGRAMS[p](threads[-1]) for p in programs},
        "counted": counted,
        "measured": [
            {
                "program": p,
                "threads": t,
                "cores": c,
                "ops_per_s": statistics.median(speed for speed, _ in v),
                "cpu_ns_per_op": statistics.median(cpu for _, cpu in v),
                "all": v,
            }
            for (p, t, c), v in speeds.items()
        ],
    }
