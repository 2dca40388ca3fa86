# SPDX-License-Identifier: MIT
"""Instructions, branches and misses per operation: from hardware counters, or from callgrind."""

import json
import os
import re
import shutil
import subprocess

from allocators import clean_env

NO_FUNCTIONS = "has no such functions"
PAIR_MODES = ("hot", "hot100k", "batch64", "batch1k", "mixed1k", "mixed32k", "sized", "new")

_PERF_EVENTS = (
    "instructions:u",
    "cycles:u",
    "branches:u",
    "branch-misses:u",
    "L1-dcache-load-misses:u",
    "cache-misses:u",
)

# callgrind's events, and what they are called here.
_GRIND = {
    "instructions": ("Ir",),
    "branches": ("Bc", "Bi"),
    "branch misses": ("Bcm", "Bim"),
    "L1d misses": ("D1mr", "D1mw"),
    "LL misses": ("DLmr", "DLmw"),
}


class Callgrind:
    """One callgrind profile: totals by event, and instructions by file and function."""

    def __init__(self, path):
        self.totals = {}
        self.by_function = {}
        names = {}
        where = ["", ""]
        skip = False
        events = []

        def full(word):
            # "(7) name" defines a short name, "(7)" uses it; each kind of name has its own numbers.
            m = re.match(r"(\w+)=\((\d+)\)(?: (.*))?$", word)
            kind = {"cob": "ob", "cfn": "fn"}.get(m.group(1), m.group(1))
            if m.group(3) is not None:
                names[kind, m.group(2)] = m.group(3)
            return kind, names.get((kind, m.group(2)), "?")

        with open(path, encoding="utf-8", errors="replace") as f:
            for line in f:
                line = line.rstrip("\n")
                if line.startswith("events:"):
                    events = line.split()[1:]
                elif line.startswith(("totals:", "summary:")):
                    self.totals = dict(zip(events, map(int, line.split()[1:])))
                elif re.match(r"(ob|fn)=\(", line):
                    kind, name = full(line)
                    where[kind == "fn"] = name
                elif re.match(r"c(ob|fn)=\(", line):
                    full(line)
                elif line.startswith("calls="):
                    skip = True
                elif re.match(r"[0-9+*-]", line):
                    # The line after calls= is the called function's cost, counted where it is spent.
                    if not skip:
                        parts = line.split()
                        key = tuple(where)
                        self.by_function[key] = self.by_function.get(key, 0) + (
                            int(parts[1]) if len(parts) > 1 else 0
                        )
                    skip = False


def _callgrind(runner, argv, alloc, sims):
    """Runs a program under callgrind. Returns (profile, the program's own report), or (None, why not)."""
    out = runner.scratch_file("callgrind")
    options = ["--branch-sim=yes", "--cache-sim=yes"] if sims else []
    # Valgrind's own program must not run on the allocator, only the one it runs: hence env.
    command = [
        shutil.which("valgrind"),
        "--tool=callgrind",
        "--callgrind-out-file=" + out,
        *options,
        shutil.which("env"),
        *alloc.words(),
        os.path.join(runner.programs, argv[0]),
        *argv[1:],
    ]
    command[2:2] = ["--trace-children=yes", "--trace-children-skip=*/env"]
    try:
        p = subprocess.run(
            command, capture_output=True, text=True, env=clean_env(), check=False, timeout=runner.timeout
        )
    except subprocess.TimeoutExpired:
        return None, f"no end after {runner.timeout} s"
    if p.returncode == 3 and argv[0] == "pairs":
        return None, NO_FUNCTIONS
    line = next((t for t in p.stdout.splitlines() if t.startswith("{")), None)
    if p.returncode or line is None:
        errors = [t for t in p.stderr.splitlines() if not t.startswith(("==", "--"))]
        return None, f"exit code {p.returncode} under callgrind" + (": " + errors[0] if errors else "")
    own = json.loads(line)
    if not alloc.is_file(own["allocator"]):
        return None, f"not loaded: malloc came from {own['allocator']}"
    if not os.path.exists(out):
        return None, "callgrind left no profile"
    profile = Callgrind(out)
    os.unlink(out)
    return profile, own


def has_hardware():
    """True if perf can count instructions here."""
    if not shutil.which("perf"):
        return False
    p = subprocess.run(
        ["perf", "stat", "-x,", "-e", "instructions:u", "true"],
        capture_output=True,
        text=True,
        check=False,
        env=clean_env(),
    )
    return p.returncode == 0 and re.match(r"\d+,", p.stderr.strip()) is not None


def _perf(runner, argv, alloc):
    out = runner.scratch_file("perf")
    command = [
        "perf",
        "stat",
        "-x,",
        "-o",
        out,
        "-e",
        ",".join(_PERF_EVENTS),
        shutil.which("env"),
        *alloc.words(),
        os.path.join(runner.programs, argv[0]),
        *argv[1:],
    ]
    p = subprocess.run(
        command, capture_output=True, text=True, env=clean_env(), check=False, timeout=runner.timeout
    )
    line = next((t for t in p.stdout.splitlines() if t.startswith("{")), None)
    if p.returncode or line is None:
        return None, f"exit code {p.returncode} under perf"
    totals = {}
    with open(out, encoding="utf-8") as f:
        for text in f:
            parts = text.strip().split(",")
            if len(parts) > 2 and parts[0].isdigit():
                totals[parts[2]] = int(parts[0])
    return totals, json.loads(line)


def pairs(runner, allocators, n, result, warn):
    """Instructions per pair of all allocators: what N more pairs cost."""
    if not shutil.which("valgrind"):
        warn("pairs: valgrind is not installed")
        return
    # The program rounds up to whole batches of 64.
    n = (n + 63) // 64 * 64
    values, functions, notes = {}, {}, []
    for a in allocators:
        if "rseq" in a.env.get("GLIBC_TUNABLES", ""):
            notes.append(f"{a.name}: valgrind has no rseq, so no per-CPU caches here")
    done, total = 0, len(PAIR_MODES) * len(allocators)
    for mode in PAIR_MODES:
        for a in allocators:
            runner.progress.show(done, total, None, f"pairs {mode}, {a.name}")
            done += 1
            profiles = []
            for k in (n, 2 * n):
                profile, own = _callgrind(runner, ["pairs", mode, str(k)], a, False)
                if profile is None:
                    note = f"{a.name}: {own}"
                    if own != NO_FUNCTIONS and note not in notes:
                        notes.append(note)
                        warn("pairs: " + note)
                    break
                profiles.append(profile)
            if len(profiles) < 2:
                continue
            diff = {
                k: (v - profiles[0].by_function.get(k, 0)) / n for k, v in profiles[1].by_function.items()
            }
            total_ir = (profiles[1].totals["Ir"] - profiles[0].totals["Ir"]) / n
            loop = sum(v for (ob, _), v in diff.items() if os.path.basename(ob) == "pairs")
            values[f"{mode} {a.name}"] = {"all": total_ir, "allocator": total_ir - loop}
            top = sorted(diff.items(), key=lambda kv: -kv[1])[:12]
            functions[f"{mode} {a.name}"] = [
                [os.path.basename(ob), fn, round(v, 3)] for (ob, fn), v in top if v >= 0.05
            ]
    runner.progress.end()
    result["pairs"] = {
        "n": n,
        "modes": list(PAIR_MODES),
        "allocators": [a.name for a in allocators],
        "values": values,
        "functions": functions,
        "notes": notes,
    }


def count(runner, programs, allocators, result, warn):
    """Counters per operation, for the programs that have a way of doing more and less work."""
    programs = [p for p in programs if p.count]
    if not programs:
        warn("counters: none of the chosen programs can be counted (try: five)")
        return
    hardware = has_hardware()
    if not hardware and not shutil.which("valgrind"):
        warn("counters: no hardware counters here, and valgrind is not installed")
        return
    source = (
        "hardware counters (perf stat), user mode"
        if hardware
        else "callgrind: instructions and branches exact, all misses from its simulators; no cycles"
    )
    events = ["instructions", "branches", "branch misses", "L1d misses", "LL misses"] + (
        ["cycles", "IPC"] if hardware else []
    )
    values, done = [], 0
    for p in programs:
        for a in allocators:
            runner.progress.show(done, len(programs) * len(allocators), None, f"counting {p.name}, {a.name}")
            done += 1
            seen = []
            for argv in p.count:
                totals, own = _perf(runner, argv, a) if hardware else _callgrind(runner, argv, a, True)
                if totals is None:
                    warn(f"counting {p.name}, {a.name}: {own}")
                    break
                seen.append((totals if hardware else totals.totals, own["ops"]))
            if len(seen) < 2 or seen[1][1] <= seen[0][1]:
                continue
            n = seen[1][1] - seen[0][1]
            if hardware:
                keys = dict(
                    zip(
                        ["instructions", "cycles", "branches", "branch misses", "L1d misses", "LL misses"],
                        [(e,) for e in _PERF_EVENTS],
                    )
                )
            else:
                keys = _GRIND
            per_op = {
                k: sum(seen[1][0].get(e, 0) - seen[0][0].get(e, 0) for e in es) / n for k, es in keys.items()
            }
            if hardware and per_op["cycles"]:
                per_op["IPC"] = per_op["instructions"] / per_op["cycles"]
            values.append({"program": p.name, "allocator": a.name, "per_op": per_op})
    runner.progress.end()
    result["counters"] = {"source": source, "events": events, "values": values}
