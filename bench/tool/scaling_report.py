# SPDX-License-Identifier: MIT
"""Tables and pictures of what does not scale."""

import math
import os
import textwrap

import plot
import usl
from report import markdown_table, number, text_table

# The columns of a table of counts: what they are called, and which counts they show.
_COLUMNS = (
    ("RMWs", "n_rmw"),
    ("shared lines", "n_lines"),
    ("moved", "n_moved"),
    ("locks", "n_locks"),
    ("contended", "n_contended"),
)

EXPLAIN = (
    "Per 1,000 operations. RMWs: atomic read-modify-writes, those of the locks included. Shared lines: writes to "
    "lines that other threads write to or wait for; moved: another thread had written to the line last, as far as "
    "two cores or so let threads alternate. Contended: locks that were not free at once."
)
MODEL_EXPLAIN = (
    "Measured: the shipped library, pinned to 1 core and to all cores there are, one thread for each; lambda is what "
    "one core does in a CPU second. Everything for more cores is modelled from the counts, not measured: for how much "
    "more they do than the cores that were measured, mean value analysis with {cost} ns for each transfer of a line "
    "from core to core, and the Universal Scalability Law fitted to that (sigma: the serial part; kappa: the cost of agreement). The range is that of {low} to {high} ns a "
    "transfer. The narrowest place is the lock or line with the longest turn for each operation, with the most "
    "threads, and what it would let through alone. Only the allocator is in the model: what the programs themselves "
    "share, the kernel, and the memory's bandwidth are not, so these are upper bounds."
)
BY_CPU = (
    "What was measured is in CPU time, times the cores: the machine had other work. It shows what lines on their way "
    "cost, but not waiting."
)
NO_FIT = "No law is fitted: that needs four numbers of cores, and scipy (package python3-scipy)."


def _rate(value, run):
    return number(1000 * value / run["ops"]) if value else "0"


def _programs(scaling):
    return list(scaling["programs"])


def _runs(scaling, program):
    return [c for c in scaling["counted"] if c["program"] == program]


def total_rows(scaling):
    """Counts by program and threads."""
    rows = []
    for p in _programs(scaling):
        for run in _runs(scaling, p):
            sums = [sum(s[key] for s in run["sites"]) for _, key in _COLUMNS]
            rows.append([p, run["threads"]] + [_rate(n, run) for n in sums] + [_rate(run["calls"], run)])
    return ["program", "threads"] + [name for name, _ in _COLUMNS] + ["system calls"], rows


def by_function(run):
    """A run's counts by function: {(file, function): counts}, the locks' inside apart from who takes them."""
    out = {}
    for s in run["sites"]:
        m = out.setdefault((s["file"], s["function"]), {key: 0 for _, key in _COLUMNS})
        for _, key in _COLUMNS:
            m[key] += s[key]
    return out


def site_rows(scaling, n_top=6):
    """The sites that move the most lines and take the most locks, with the most threads."""
    rows = []
    for p in _programs(scaling):
        run = _runs(scaling, p)[-1]
        sites = sorted(by_function(run).items(), key=lambda kv: -(kv[1]["n_moved"] + kv[1]["n_locks"]))
        for (file, function), m in sites[:n_top]:
            rows.append(
                [f"{p} {run['threads']}", f"{file} {function}"] + [_rate(m[key], run) for _, key in _COLUMNS]
            )
    return ["program, threads", "site"] + [name for name, _ in _COLUMNS], rows


def _measured(scaling, program, cores, threads=None):
    found = [m for m in scaling["measured"] if m["program"] == program and m["cores"] == cores]
    if threads is None:
        # One thread for each core, or as near to that as the program can.
        return min(found, key=lambda m: abs(m["threads"] - cores), default=None)
    return next((m for m in found if m["threads"] == threads), None)


def measured_rows(scaling):
    """M operations per second: the threads across, the cores down."""
    rows = []
    unit = "M ops/CPU s x cores" if scaling.get("by_cpu") else "M ops/s"
    for p in _programs(scaling):
        for c in scaling["cores"]:
            found = [_measured(scaling, p, c, t) for t in scaling["threads"]]
            rows.append([p, c] + [number(m["ops_per_s"] / 1e6) if m else "-" for m in found])
    return [unit, "cores"] + [f"{t} threads" for t in scaling["threads"]], rows


def _narrowest(scaling, program):
    """The station with the longest turn: its name, and the M operations per second it lets through."""
    run = _runs(scaling, program)[-1]
    stations, _, _ = usl.stations_of(scaling, program, run)
    if not stations:
        return "-"
    station, turn = max(stations.items(), key=lambda kv: kv[1])
    if not isinstance(station, tuple):
        station = next((s["file"], s["function"]) for s in run["sites"] if s["at"] == station)
    return f"{' '.join(station)}: {number(1000 / turn)}"


def predict(scaling, program, transfer=usl.TRANSFER_NS):
    """
    What usl.predict() says, in proportion to what was measured: on as many cores as there are, the measurement stands,
    and the model says how much more others do. {n: operations per second}, or None.
    """
    points = usl.predict(scaling, program, transfer)
    one, most = _measured(scaling, program, 1), _measured(scaling, program, scaling["cores"][-1])
    if not points or not one or not most or min(most["cores"], most["threads"]) not in points:
        return points
    n_most = min(most["cores"], most["threads"])
    if n_most == 1:
        return points
    share = most["ops_per_s"] / one["ops_per_s"] * points[1] / points[n_most]
    # Between one core and all of them the difference grows with the doublings.
    return {n: x * share ** min(1, math.log(n) / math.log(n_most)) for n, x in points.items()}


def model_rows(scaling):
    """The law and what it is fitted to, beside what was measured."""
    at = [t for t in scaling["threads"] if t > 1]
    most = scaling["cores"][-1]
    head = ["program", "lambda M ops/s", "sigma", "kappa", f"measured x{most}"] + [f"x{t}" for t in at]
    head += ["range", "narrowest place: M ops/s"]
    rows = []
    for p in _programs(scaling):
        points = predict(scaling, p)
        one, all_cores = _measured(scaling, p, 1), _measured(scaling, p, most)
        if not points:
            continue
        law = usl.fit(points)
        low, high = (predict(scaling, p, c)[at[-1]] / points[1] for c in reversed(usl.TRANSFER_RANGE))
        row = [p] + ([number(law[0] / 1e6), f"{law[1]:.4f}", f"{law[2]:.6f}"] if law else ["-"] * 3)
        row.append(f"{all_cores['ops_per_s'] / one['ops_per_s']:.2f}" if most > 1 else "-")
        row += [f"{points[t] / points[1]:.1f}" if t in points else "-" for t in at]
        rows.append(row + [f"{low:.1f} to {high:.1f}", _narrowest(scaling, p)])
    return head, rows


def by_cpu(scaling):
    """Takes CPU time for what was measured: as if no thread ever waited, for a core or for another thread."""
    scaling["by_cpu"] = True
    for m in scaling["measured"]:
        m["ops_per_s"] = m["cores"] * 1e9 / m["cpu_ns_per_op"]


def _explain(scaling):
    low, high = usl.TRANSFER_RANGE
    text = MODEL_EXPLAIN.format(cost=usl.TRANSFER_NS, low=low, high=high)
    return text + (" " + BY_CPU if scaling.get("by_cpu") else "")


def _has_model(scaling):
    return len(scaling["threads"]) > 1


def full_text(data):
    """For the terminal."""
    s = data["scaling"]
    out = [
        text_table(*total_rows(s)),
        "",
        text_table(*site_rows(s)),
        "",
        EXPLAIN,
        "",
        text_table(*measured_rows(s)),
    ]
    if _has_model(s):
        head, rows = model_rows(s)
        out += ["", text_table(head, rows), "", _explain(s)]
        if rows and rows[0][2] == "-":
            out.append(NO_FIT)
    return "\n".join(out) + "\n"


def _wrap(text):
    return textwrap.fill(text, 110)


def markdown(data, pictures):
    """For a document. pictures: [(file, caption)]."""
    m, s = data["machine"], data["scaling"]
    out = [
        f"Measured on {m['date'].split()[0]}: {m['cpu']}, {m['cpus']} CPUs; {m['system']}, Linux {m['kernel'].split('-')[0]}. "
        f"{s['rounds']} interleaved rounds, medians.",
        "",
    ]
    for file, caption in pictures:
        out += [f"![{caption}]({file})", ""]
    out += ["### Counted", "", markdown_table(*total_rows(s)), "", _wrap(EXPLAIN), ""]
    out += ["### Counted, by site", "", markdown_table(*site_rows(s)), ""]
    out += ["### Measured", "", markdown_table(*measured_rows(s)), ""]
    if _has_model(s):
        head, rows = model_rows(s)
        out += ["### Modelled", "", markdown_table(head, rows), "", _wrap(_explain(s))]
        if rows and rows[0][2] == "-":
            out.append(NO_FIT)
    return "\n".join(out)


def draw(data, directory, _subject):
    """Draws the counts and the model; returns [(file name, caption)]."""
    s = data["scaling"]
    os.makedirs(directory, exist_ok=True)
    drawn = []

    def keep(name, caption, xlabel, ylabel, series, logs, points_of=None):
        if plot.curves(os.path.join(directory, name), caption, xlabel, ylabel, series, logs, points_of):
            drawn.append((name, caption))

    def rates(key):
        return {
            p: [(r["threads"], 1000 * sum(x[key] for x in r["sites"]) / r["ops"]) for r in _runs(s, p)]
            for p in _programs(s)
        }

    keep(
        "scaling-rmw.svg",
        "Atomic read-modify-writes per 1,000 operations",
        "threads",
        "RMWs",
        rates("n_rmw"),
        "x 2",
    )
    keep(
        "scaling-moved.svg",
        "Lines that moved per 1,000 operations",
        "threads",
        "lines",
        rates("n_moved"),
        "x 2",
    )
    if _has_model(s):
        modelled, measured = {}, {}
        for p in _programs(s):
            points = predict(s, p) or {}
            modelled[p] = [(n, points[n] / points[1]) for n in sorted(points)]
            one = _measured(s, p, 1)
            seen = [(c, _measured(s, p, c)) for c in s["cores"]]
            measured[p + ", measured"] = [
                (c, m["ops_per_s"] / one["ops_per_s"]) for c, m in seen if one and m
            ]
        caption = "Speed-up over cores: modelled from counts, measured on the cores there are"
        points_of = {p + ", measured": p for p in modelled if modelled[p]}
        keep("scaling-model.svg", caption, "cores", "times one core", {**modelled, **measured}, "xy 2", points_of)
    return drawn
