# SPDX-License-Identifier: MIT
"""Statistics on the runs of a result file."""

import math
import statistics
from collections import namedtuple

# What one allocator did on one program: the values of its runs and their summary.
Figure = namedtuple("Figure", "values median spread")


def _value(run, metric):
    value = run.get("fields", {}).get(metric["key"], run.get(metric["key"]))
    return None if value is None else value * metric["scale"]


def summary(values):
    """
    Median, and the spread: half the range of the middle half of the values, as a share of the median (for
    fewer than four values, half the whole range).
    """
    values = sorted(values)
    median = statistics.median(values)
    if len(values) < 2:
        spread = 0.0
    elif len(values) < 4:
        spread = (values[-1] - values[0]) / 2
    else:
        q = statistics.quantiles(values, n=4, method="inclusive")
        spread = (q[2] - q[0]) / 2
    return Figure(values, median, spread / abs(median) if median else 0.0)


# What CPU time makes of the programs' metrics: the key, and what the unit is then called.
_BY_CPU = {
    "ops_per_s": ("ops_per_cpu_s", "M ops/CPU s"),
    "seconds": ("cpu_seconds", "CPU s"),
    "ns_per_op": ("cpu_ns_per_op", None),
}


def by_cpu(data):
    """Turns a result's metrics from wall clock to CPU time, where they measure time at all."""
    for program in data["programs"].values():
        metric = program["metric"]
        if metric["key"] in _BY_CPU:
            metric["key"], unit = _BY_CPU[metric["key"]]
            metric["unit"] = unit or "CPU " + metric["unit"]


class Results:
    """A result file, read for its figures."""

    def __init__(self, data):
        self.data = data
        self.programs = data["programs"]
        self.allocators = list(data["allocators"])
        self._runs = {}
        for run in data["runs"]:
            self._runs.setdefault((run["program"], run["allocator"]), []).append(run)

    def runs(self, program, allocator):
        """The runs of one pair that went well, by round."""
        return [r for r in self._runs.get((program, allocator), []) if "error" not in r]

    def error(self, program, allocator):
        """What went wrong with a pair, or ''."""
        return next((r["error"] for r in self._runs.get((program, allocator), []) if "error" in r), "")

    def figure(self, program, allocator, metric=None):
        """The Figure of a metric (default: the program's own), or None without a good run."""
        metric = metric or self.programs[program]["metric"]
        values = [v for v in (_value(r, metric) for r in self.runs(program, allocator)) if v is not None]
        return summary(values) if values else None

    def best_other(self, program, allocator, metric=None):
        """(median, name) of the best of the allocators but this one, or (None, '')."""
        metric = metric or self.programs[program]["metric"]
        pick = max if metric["more_is_better"] else min
        all_others = [
            (f.median, a)
            for a in self.allocators
            if a != allocator
            for f in [self.figure(program, a, metric)]
            if f
        ]
        return pick(all_others) if all_others else (None, "")

    def ratio(self, program, allocator, metric=None):
        """A figure divided by that of the best of the others, or None."""
        mine = self.figure(program, allocator, metric)
        other, _ = self.best_other(program, allocator, metric)
        return mine.median / other if mine and other else None

    def speed(self, program, allocator, metric=None):
        """The same, turned so that more is better."""
        metric = metric or self.programs[program]["metric"]
        ratio = self.ratio(program, allocator, metric)
        return ratio if ratio is None or metric["more_is_better"] else (1 / ratio if ratio else None)

    def is_speed(self, program):
        """Whether the program's own metric is about time, not memory."""
        return not self.programs[program]["metric"]["key"].endswith("_kib")

    def set_names(self):
        """The sets whose programs are here, in order."""
        names = []
        for p in self.programs.values():
            names += [s for s in p["sets"] if s not in names]
        return names

    def programs_of(self, set_name):
        """The names of a set's programs."""
        return [n for n, p in self.programs.items() if set_name in p["sets"]]


PEAK = {"key": "peak_kib", "unit": "peak MiB", "scale": 1 / 1024, "more_is_better": False}
RSS = {"key": "rss_kib", "unit": "MiB after", "scale": 1 / 1024, "more_is_better": False}
CPU = {"key": "cpu", "unit": "CPU s", "scale": 1, "more_is_better": False}
WALL = {"key": "wall", "unit": "wall s", "scale": 1, "more_is_better": False}
FAULTS = {"key": "faults", "unit": "faults", "scale": 1, "more_is_better": False}


def geomean(values):
    """The geometric mean of those values that are above 0, or None."""
    values = [v for v in values if v and v > 0]
    return math.exp(sum(map(math.log, values)) / len(values)) if values else None


def merge(files, warn):
    """One result out of several: their programs and runs together; the last file's description wins."""
    out = None
    for data in files:
        if out is None:
            out = data
            continue
        for name, now in data["allocators"].items():
            was = out["allocators"].get(name)
            if was and was["sha256"] != now["sha256"]:
                warn(f"{name} is not the same library in all the files: {was['file']} and {now['file']}")
        # A file of instruction counts has programs, but no runs.
        ran = {r["program"] for r in data["runs"]}
        out["programs"].update({k: v for k, v in data["programs"].items() if k in ran or data.get("counters")})
        out["allocators"].update(data["allocators"])
        # A program measured again replaces what an earlier file says of it, under the same allocators.
        again = {(r["program"], r["allocator"]) for r in data["runs"]}
        out["runs"] = [r for r in out["runs"] if (r["program"], r["allocator"]) not in again] + data["runs"]
        for key in ("counters", "pairs", "scaling", "timelines"):
            if data.get(key):
                out[key] = data[key] if not isinstance(out.get(key), list) else out[key] + data[key]
        if ran:
            out["machine"], out["settings"] = data["machine"], data["settings"]
    return out


def _mann_whitney(a, b):
    """
    The exact two-sided probability that two samples of one distribution lie as far apart as these; ties
    count half.
    """
    n, m = len(a), len(b)
    u = sum((x > y) + 0.5 * (x == y) for x in a for y in b)
    u = min(u, n * m - u)
    # ways[i][j][k]: orders of i and j values with k pairs the wrong way round.
    counts = {(0, 0): [1]}

    def ways(i, j):
        if i < 0 or j < 0:
            return []
        if (i, j) not in counts:
            left, right = ways(i - 1, j), ways(i, j - 1)
            out = [0] * (i * j + 1)
            for k, c in enumerate(left):
                out[k + j] += c
            for k, c in enumerate(right):
                out[k] += c
            counts[i, j] = out
        return counts[i, j]

    table = ways(n, m)
    return min(1.0, 2 * sum(table[: int(math.floor(u)) + 1]) / sum(table))


def exceeds_noise(a, b):
    """
    Whether two samples differ by more than their noise. Returns (yes, how): with five values or more each,
    by the Mann-Whitney test at 1 %; with fewer, only if all of one lie outside all of the other and the
    medians differ by more than both spreads together.
    """
    if len(a) < 2 or len(b) < 2:
        return False, "one run tells nothing"
    fa, fb = summary(a), summary(b)
    if min(len(a), len(b)) >= 5:
        p = _mann_whitney(a, b)
        return p < 0.01, f"p = {p:.4f}"
    apart = max(a) < min(b) or max(b) < min(a)
    gap = abs(fa.median - fb.median) > fa.spread * abs(fa.median) + fb.spread * abs(fb.median)
    return apart and gap, "ranges apart" if apart and gap else "ranges overlap or nearly"
