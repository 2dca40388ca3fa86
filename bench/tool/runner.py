# SPDX-License-Identifier: MIT
"""Runs programs under allocators, interleaved, and measures them."""

import json
import os
import random
import re
import shutil
import signal
import subprocess
import sys
import tempfile
import threading
import time

from allocators import clean_env

HERE = os.path.dirname(os.path.abspath(__file__))


class BenchError(Exception):
    """Something that ends the whole run, in words for the user."""


class Progress:
    """One line on stderr: where we are and how long it will take."""

    def __init__(self, is_quiet):
        self.is_quiet = is_quiet
        self.is_tty = sys.stderr.isatty()
        self.begun = time.monotonic()
        self.last = 0.0
        self.is_open = False

    def show(self, done, total, left, what):
        """left: seconds still to go, or None while unknown."""
        now = time.monotonic()
        # A terminal sees each step; a log file a line in 10 seconds.
        if self.is_quiet or (not self.is_tty and now - self.last < 10):
            return
        self.last = now
        text = f"[{done}/{total}] {what}   {duration(now - self.begun)} so far"
        if left is not None:
            text += ", about " + duration(left) + " left"
        if self.is_tty:
            sys.stderr.write("\r\033[K" + text[: shutil.get_terminal_size().columns - 1])
            self.is_open = True
        else:
            sys.stderr.write(text + "\n")
        sys.stderr.flush()

    def say(self, text):
        """A lasting line."""
        if self.is_open:
            sys.stderr.write("\r\033[K")
            self.is_open = False
        sys.stderr.write(text + "\n")
        sys.stderr.flush()

    def end(self):
        """Takes the line away."""
        if self.is_open:
            sys.stderr.write("\r\033[K")
            self.is_open = False


def duration(seconds):
    """Seconds in words."""
    seconds = int(seconds + 0.5)
    if seconds < 90:
        return f"{seconds} s"
    if seconds < 5400:
        return f"{seconds // 60} min {seconds % 60} s"
    return f"{seconds // 3600} h {seconds % 3600 // 60} min"


class Runner:
    """Owns the scratch directory and the benchmark programs."""

    def __init__(self, programs_dir, timeout, progress):
        self.timeout = timeout
        self.progress = progress
        self.scratch = tempfile.mkdtemp(prefix="hakmem-bench-")
        # Servers of real programs may run as another user and must get at the launcher in here.
        os.chmod(self.scratch, 0o755)
        self.n_files = 0
        self.started = None  # the last process that start() made
        self.programs = self._find_programs(programs_dir)
        self.launcher = os.path.join(self.scratch, "launch")
        shutil.copy(os.path.join(self.programs, "launch"), self.launcher)

    def close(self):
        """Removes the scratch directory."""
        shutil.rmtree(self.scratch, ignore_errors=True)

    def _find_programs(self, given):
        """The directory of the built benchmarks: given, or of this build tree, or built here and now."""
        if given:
            if not os.access(os.path.join(given, "launch"), os.X_OK):
                raise BenchError(f"{given}: no benchmarks there (build them with: make bench)")
            return os.path.abspath(given)
        for place in (os.path.join(os.getcwd(), "bench"), os.path.dirname(HERE)):
            if os.access(os.path.join(place, "launch"), os.X_OK) and os.access(
                os.path.join(place, "live"), os.X_OK
            ):
                return place
        sources = next(
            (d for d in (os.path.dirname(HERE), HERE) if os.path.exists(os.path.join(d, "bench.h"))), None
        )
        compiler = shutil.which(os.environ.get("CC", "cc"))
        if not sources or not compiler:
            raise BenchError("the benchmarks are not built: run `make bench`, then give --programs DIR")
        self.progress.say("building the benchmarks")
        out = os.path.join(self.scratch, "programs")
        os.mkdir(out)
        for file in sorted(os.listdir(sources)):
            if file.endswith(".c"):
                subprocess.run(
                    [
                        compiler,
                        "-O2",
                        "-o",
                        os.path.join(out, file[:-2]),
                        os.path.join(sources, file),
                        "-pthread",
                        "-lm",
                        "-ldl",
                    ],
                    check=True,
                )
        return out

    def scratch_file(self, stem):
        """A new name in the scratch directory."""
        self.n_files += 1
        return os.path.join(self.scratch, f"{stem}.{self.n_files}")

    def start(self, argv, alloc, cwd=None, stdin=subprocess.DEVNULL, user=None, env=None, out_dir=None):
        """Starts a program under an allocator; returns (process, file the launcher's figures go to)."""
        self.n_files += 1
        out = os.path.join(out_dir or self.scratch, f"used.{self.n_files}")
        words = alloc.words() if alloc else []
        words += [f"{k}={v}" for k, v in (env or {}).items()]
        extra = {"user": user, "group": user, "extra_groups": []} if user else {}
        p = subprocess.Popen(
            [self.launcher, out] + words + ["--"] + argv,
            cwd=cwd or self.scratch,
            env=clean_env(),
            stdin=stdin,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            start_new_session=True,
            **extra,
        )
        self.started = p
        return p, out

    def finish(self, p, out, timeout=None):
        """Waits for what start() started; returns its figures, or what went wrong under "error"."""
        try:
            stdout, stderr = p.communicate(timeout=timeout or self.timeout)
        except subprocess.TimeoutExpired:
            os.killpg(p.pid, signal.SIGKILL)
            p.communicate()
            return {"error": f"no end after {timeout or self.timeout} s"}
        except KeyboardInterrupt:
            os.killpg(p.pid, signal.SIGKILL)
            p.communicate()
            raise
        try:
            with open(out, encoding="utf-8") as f:
                used = json.loads(f.read())
            os.unlink(out)
        except (OSError, ValueError):
            used = {}
        errors = stderr.decode(errors="replace").strip().splitlines()
        result = {
            "wall": used.get("wall"),
            "cpu": used.get("user", 0) + used.get("sys", 0),
            "user": used.get("user"),
            "sys": used.get("sys"),
            "peak_kib": used.get("peak_kib"),
            "faults": used.get("minor_faults", 0) + used.get("major_faults", 0),
            "switches": used.get("switches"),
            "stdout": stdout.decode(errors="replace"),
        }
        if not used or used.get("signal") or p.returncode:
            how = (
                "killed by " + signal.Signals(used["signal"]).name
                if used.get("signal")
                else f"exit code {p.returncode}"
            )
            result["error"] = how + (": " + errors[0][:200] if errors else "")
        elif any("cannot be preloaded" in e for e in errors):
            result["error"] = next(e for e in errors if "cannot be preloaded" in e)[:200]
        return result

    def run(self, argv, alloc, **more):
        """Runs a program under an allocator to its end."""
        p, out = self.start(argv, alloc, **more)
        return self.finish(p, out)

    def run_benchmark(self, program, alloc):
        """One run of a benchmark: what it reports itself, and what the launcher saw."""
        result = self.run([os.path.join(self.programs, program.argv[0])] + program.argv[1:], alloc)
        text = result.pop("stdout", "")
        line = next((t for t in text.splitlines() if t.startswith("{")), None)
        if "error" in result:
            return result
        if line is None:
            return {"error": "no figures in the output"}
        own = json.loads(line)
        if not alloc.is_file(own["allocator"]):
            return {"error": f"not loaded: malloc came from {own['allocator']}"}
        # The program's own peak is that of the benchmark alone; a start-up benchmark's is its child's.
        result["peak_kib"] = own["peak_kib"]
        result["rss_kib"] = own["rss_kib"]
        if own["cpu_seconds"] > 0:
            own["ops_per_cpu_s"] = own["ops"] / own["cpu_seconds"]
            own["cpu_ns_per_op"] = own["cpu_seconds"] * 1e9 / own["ops"]
        result["fields"] = own
        return result

    def run_program(self, program, alloc):
        """One measured run of a benchmark or real program."""
        return program.run(self, alloc) if program.is_real else self.run_benchmark(program, alloc)

    def check_loaded(self, alloc):
        """Asks the allocator who it is; sets its version, or its problem."""
        result = self.run([os.path.join(self.programs, "probe")], alloc)
        if "error" in result and not result.get("stdout", "").startswith("{"):
            alloc.problem = result["error"]
            return
        told = json.loads(result["stdout"].splitlines()[0])
        alloc.version = told["version"]
        if not alloc.is_file(told["allocator"]):
            alloc.problem = f"not loaded: malloc comes from {told['allocator']}"
        elif not alloc.is_file(told["free"]):
            alloc.problem = f"malloc comes from it, but free from {told['free']}"

    def bound_to(self, argv, alloc, cwd=None, env=None):
        """
        The files that a real program's malloc is bound to, as the dynamic linker tells; empty if it tells
        nothing (a static program).
        """
        stem = self.scratch_file("bind")
        self.run(argv, alloc, cwd=cwd, env={**(env or {}), "LD_DEBUG": "bindings", "LD_DEBUG_OUTPUT": stem})
        files = set()
        for name in os.listdir(self.scratch):
            if not name.startswith(os.path.basename(stem) + "."):
                continue
            path = os.path.join(self.scratch, name)
            with open(path, encoding="utf-8", errors="replace") as f:
                for line in f:
                    m = re.search(r"binding file (\S+) .* to (\S+) .*: normal symbol `malloc'", line)
                    # What a library binds to itself does not concern the program.
                    if m and os.path.realpath(m.group(1)) != os.path.realpath(m.group(2)):
                        files.add(os.path.realpath(m.group(2)))
            os.unlink(path)
        return files

    def timeline(self, program, alloc, step=0.01):
        """One more run of a program, its resident memory read every step seconds: [[s, KiB], ...]."""
        self.started = None
        points, begun, stop = [], time.monotonic(), threading.Event()
        os_page = os.sysconf("SC_PAGESIZE") // 1024

        def watch():
            while not stop.wait(step):
                p, pages = self.started, 0
                if p is None:
                    continue
                try:
                    with open(f"/proc/{p.pid}/task/{p.pid}/children", encoding="ascii") as f:
                        for pid in f.read().split():
                            with open(f"/proc/{pid}/statm", encoding="ascii") as g:
                                pages += int(g.read().split()[1])
                except (OSError, IndexError):
                    continue
                points.append([round(time.monotonic() - begun, 3), pages * os_page])

        thread = threading.Thread(target=watch)
        thread.start()
        try:
            self.run_program(program, alloc)
        finally:
            stop.set()
            thread.join()
        # A picture has no use for more points than it has columns.
        return points[:: max(1, len(points) // 800)]


def measure(runner, programs, allocators, n_rounds, result, save):
    """
    All rounds: each program under each allocator in turn, in an order of its own in each round, for who comes
    next finds the system's memory as the last one left it. Adds to result["runs"] as it goes; save() is called
    after each round.
    """
    progress = runner.progress
    total = n_rounds * len(programs) * len(allocators)
    done, cost = 0, {}
    failures = {}
    for r in range(n_rounds):
        for program in programs:
            order = random.Random(f"{program.name} {r}")
            for alloc in order.sample(allocators, len(allocators)):
                key = (program.name, alloc.name)
                left = None
                if r == 0 and cost:
                    left = sum(cost.values()) / len(cost) * (total - done)
                elif r > 0:
                    left = (n_rounds - r - 1) * sum(cost.values()) + sum(
                        cost[k] for k in list(cost)[done - r * len(cost) :]
                    )
                progress.show(done, total, left, f"round {r + 1}/{n_rounds}, {program.name}, {alloc.name}")
                done += 1
                if failures.get(key, 0) >= 2:
                    cost[key] = 0.0
                    continue
                begun = time.monotonic()
                one = runner.run_program(program, alloc)
                one.pop("stdout", None)
                cost.setdefault(key, time.monotonic() - begun)
                one.update(program=program.name, allocator=alloc.name, round=r)
                result["runs"].append(one)
                if "error" in one:
                    # Twice is enough: the rest of the rounds would tell the same.
                    failures[key] = failures.get(key, 0) + 1
                    progress.say(f"{program.name} under {alloc.name}: {one['error']}")
        save()
    progress.end()
