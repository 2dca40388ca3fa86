# SPDX-License-Identifier: MIT
"""
A model of more cores than there are: throughput from the counted locks and lines, and the Universal Scalability
Law fitted to it.

An operation takes the CPU time it takes on one core, plus: for each line that another core has written since, one
transfer; for each lock, a turn at it. A lock's turn lasts as long as few threads hold it, plus a transfer for the
lock and for each line written under it. A line that all threads write to (a counter, the head of a list) is a place
to queue at as well; lines of one slab or heap only delay. Waiting is what mean value analysis of a closed network
says: each core is a customer, each lock and each common line a station.

Where threads outnumber cores they take turns, and a line stays with one for a long time. So the share of writes that
move a line is, place by place, the largest that was seen with any number of threads.
"""

TRANSFER_NS = 80
TRANSFER_RANGE = (60, 100)

# A mean of fewer critical sections, or a share of fewer writes, says little.
_LEAST_HELD = 50
_LEAST_LINES = 200


def _hold_times(scaling, program):
    """How long each lock is held, in ns, with as few threads as there is a count for: {site: ns}."""
    out = {}
    runs = sorted((c for c in scaling["counted"] if c["program"] == program), key=lambda c: c["threads"])
    for least in (_LEAST_HELD, 1):
        for run in runs:
            if not run["ticks_per_ms"]:
                continue
            for s in run["sites"]:
                if s["n_held"] >= least:
                    out.setdefault(
                        (s["file"], s["function"]), s["held"] / s["n_held"] / run["ticks_per_ms"] * 1e6
                    )
    return out


def _moving_shares(scaling, program):
    """The share of a site's writes that move a line: {(file, source line): share}."""
    out = {}
    for run in scaling["counted"]:
        for s in run["sites"]:
            if run["program"] == program and run["threads"] > 1 and s["n_lines"] >= _LEAST_LINES:
                key = (s["file"], s["source_line"])
                out[key] = max(out.get(key, 0), s["n_moved"] / s["n_lines"])
    return out


def demands(run, holds, moving, transfer):
    """
    What an operation asks of a machine with as many cores as the run has threads: ({station: ns}, ns of delay,
    ns it spends under locks alone).
    """
    shared = 1 - 1 / run["threads"]
    stations, delay, alone = {}, 0.0, 0.0
    for s in run["sites"]:
        key = (s["file"], s["function"])
        if s["n_locks"]:
            hold = s["n_locks"] * holds.get(key, 0)
            alone += hold
            stations[key] = hold + (s["n_locks"] + s["n_inside"]) * transfer * shared
        # A lock's own line is in its station; so is what was written under a lock.
        if s["file"] == "os/lock.c" or not s["n_lines"]:
            continue
        outside = 1 - s["n_under"] / s["n_lines"]
        if s["at"]:
            stations[s["at"]] = stations.get(s["at"], 0) + s["n_lines"] * outside * transfer * shared
        else:
            share = max(moving.get((s["file"], s["source_line"]), 0), s["n_moved"] / s["n_lines"])
            delay += s["n_lines"] * share * outside * transfer
    ops = run["ops"]
    return {k: v / ops for k, v in stations.items()}, delay / ops, alone / ops


def throughput(n, think, stations):
    """Mean value analysis: operations per ns of n customers with a time of their own and stations to visit."""
    queues = dict.fromkeys(stations, 0.0)
    x = 0.0
    for i in range(1, n + 1):
        waits = {k: d * (1 + queues[k]) for k, d in stations.items()}
        x = i / (think + sum(waits.values()))
        queues = {k: x * w for k, w in waits.items()}
    return x


def stations_of(scaling, program, run, transfer=TRANSFER_NS):
    """demands() of one of the counted runs."""
    return demands(run, _hold_times(scaling, program), _moving_shares(scaling, program), transfer)


def predict(scaling, program, transfer=TRANSFER_NS):
    """Operations per second by number of cores: {n: x}; None without a measurement on one core."""
    one = [m for m in scaling["measured"] if m["program"] == program and m["cores"] == 1]
    if not one:
        return None
    work = min(one, key=lambda m: m["threads"])["cpu_ns_per_op"]
    out = {1: 1e9 / work}
    for run in scaling["counted"]:
        if run["program"] != program or run["threads"] == 1:
            continue
        stations, delay, alone = stations_of(scaling, program, run, transfer)
        think = max(work - alone, 0) + delay
        out[run["threads"]] = throughput(run["threads"], think, stations) * 1e9
    return out


def law(n, speed, sigma, kappa):
    """The Universal Scalability Law."""
    return speed * n / (1 + sigma * (n - 1) + kappa * n * (n - 1))


def fit(points):
    """(lambda, sigma, kappa) for {n: x}; None without scipy or with too few points."""
    if not points or len(points) < 4:
        return None
    try:
        from scipy.optimize import curve_fit  # pylint: disable=import-outside-toplevel
    except ImportError:
        return None
    n = sorted(points)
    x = [points[i] / points[n[0]] for i in n]
    found, _ = curve_fit(law, n, x, p0=(1.0, 0.01, 0.0001), sigma=x, bounds=(0, [2, 10, 1]), maxfev=20000)
    speed, sigma, kappa = (float(v) for v in found)
    return speed * points[n[0]], sigma, kappa
