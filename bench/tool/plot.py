# SPDX-License-Identifier: MIT
"""Pictures: SVG by gnuplot."""

import os
import re
import shutil
import subprocess

import figures

# Distinct in colour and in shape; the subject is drawn last, in the first.
_COLOURS = (
    "#c00000",
    "#1f77b4",
    "#2ca02c",
    "#9467bd",
    "#ff7f0e",
    "#8c564b",
    "#17becf",
    "#7f7f7f",
    "#bcbd22",
    "#e377c2",
    "#000000",
    "#556b2f",
    "#4b0082",
    "#008080",
)
_SHAPES = (7, 5, 9, 11, 13, 4, 6, 8, 10, 12, 1, 2, 3, 14)


def _text(word):
    """A word as a gnuplot string."""
    return "'" + str(word).replace("'", "''") + "'"


def _gnuplot(script):
    p = subprocess.run(["gnuplot"], input=script, capture_output=True, text=True, check=False)
    if p.returncode:
        raise RuntimeError("gnuplot: " + p.stderr.strip())


def _head(file, width, height, title):
    return (
        f"set terminal svg size {width},{height} dynamic noenhanced font 'sans,12' background '#ffffff'\n"
        f"set output {_text(file)}\nset title {_text(title)}\nset grid lc rgb '#d0d0d0'\n"
    )


def _styles(allocators, subject):
    order = [subject] + [a for a in allocators if a != subject] if subject in allocators else allocators
    return {a: (_COLOURS[i % len(_COLOURS)], _SHAPES[i % len(_SHAPES)]) for i, a in enumerate(order)}


def _drawing_order(allocators, subject):
    return [a for a in allocators if a != subject] + ([subject] if subject in allocators else [])


# The ends of the axis of ratios: what lies beyond is drawn on the edge.
_LEAST, _MOST = 1 / 8, 8


def _clamp(value):
    return min(max(value, _LEAST), _MOST)


def _dots(file, title, axis, results, value, styles, subject):
    """A row for each program, a mark for each allocator, on a logarithmic axis around 1."""
    names = [n for n in results.programs if any(value(n, a) for a in results.allocators)]
    if not names:
        return False
    used = [a for a in _drawing_order(results.allocators, subject) if any(value(n, a) for n in names)]
    rows = list(reversed(names))
    script = _head(file, 900, 90 + 20 * len(rows), title)
    script += f"set xlabel {_text(axis)}\nset logscale x 2\nset yrange [-0.7:{len(rows) - 0.3}]\n"
    script += f"set key outside right top\nset xrange [{_LEAST * 0.95}:{_MOST * 1.05}]\n"
    script += "set ytics (" + ", ".join(f"{_text(n)} {i}" for i, n in enumerate(rows)) + ")\n"
    script += "set arrow from 1, graph 0 to 1, graph 1 nohead lc rgb '#606060' lw 2\n"
    parts, data = [], ""
    for a in used:
        colour, shape = styles[a]
        parts.append(
            f"'-' using 1:2 with points pt {shape} ps {1.0 if a == subject else 0.7} lc rgb '{colour}' "
            f"title {_text(a)}"
        )
        data += "".join(f"{_clamp(value(n, a))} {i}\n" for i, n in enumerate(rows) if value(n, a)) + "e\n"
    _gnuplot(script + "plot " + ", ".join(parts) + "\n" + data)
    return True


def _lines(file, title, xlabel, ylabel, series, styles, logs="", points=True):
    """series: {allocator: [(x, y), ...]}."""
    series = {a: s for a, s in series.items() if s}
    if not series:
        return False
    script = (
        _head(file, 720, 440, title)
        + f"set xlabel {_text(xlabel)}\nset ylabel {_text(ylabel)}\nset key outside right top\n"
    )
    if logs:
        script += f"set logscale {logs}\n"
    if "x" in logs:
        script += "set format x '%.0f'\n"
    if "y" not in logs:
        script += "set yrange [0:*]\n"
    parts, data = [], ""
    for a, s in series.items():
        colour, shape = styles[a]
        how = f"with linespoints pt {shape}" if points else "with lines lw 1.5"
        parts.append(f"'-' using 1:2 {how} lc rgb '{colour}' title {_text(a)}")
        data += "".join(f"{x} {y}\n" for x, y in s) + "e\n"
    _gnuplot(script + "plot " + ", ".join(parts) + "\n" + data)
    return True


def curves(file, title, xlabel, ylabel, series, logs=""):
    """A picture of named curves: {name: [(x, y), ...]}."""
    if not shutil.which("gnuplot"):
        raise RuntimeError("gnuplot is not installed")
    return _lines(file, title, xlabel, ylabel, series, _styles(list(series), None), logs)


def draw(data, directory, subject):
    """Draws what the data allows; returns [(file name, caption)]."""
    if not shutil.which("gnuplot"):
        raise RuntimeError("gnuplot is not installed")
    os.makedirs(directory, exist_ok=True)
    results = figures.Results(data)
    styles = _styles(results.allocators, subject)
    drawn = []

    def path(name):
        return os.path.join(directory, name)

    def keep(is_drawn, name, caption):
        if is_drawn:
            drawn.append((name, caption))

    caption = "Speed by program, against the best of the other allocators (right of 1: faster than all)"
    keep(
        _dots(path("speed.svg"), caption, "speed / best other", results, results.speed, styles, subject),
        "speed.svg",
        caption,
    )
    caption = "Peak memory by program, against the lowest of the other allocators (left of 1: less than all)"
    keep(
        _dots(
            path("memory.svg"),
            caption,
            "peak RSS / lowest other",
            results,
            lambda n, a: results.ratio(n, a, figures.PEAK),
            styles,
            subject,
        ),
        "memory.svg",
        caption,
    )

    curves = {}
    for name, program in results.programs.items():
        if program["curve"]:
            family, axis, x = program["curve"]
            for a in _drawing_order(results.allocators, subject):
                f = results.figure(name, a)
                if f:
                    curves.setdefault((family, axis, program["metric"]["unit"]), {}).setdefault(a, []).append(
                        (x, f.median)
                    )
    for (family, axis, unit), series in curves.items():
        name = re.sub(r"[^a-z0-9_]+", "-", f"{axis}-{family}".lower()) + ".svg"
        for s in series.values():
            s.sort()
        caption = f"{family}: {unit} over the number of {axis}"
        logs = "x" if axis != "threads" else "x 2"
        keep(_lines(path(name), caption, axis, unit, series, styles, logs), name, caption)

    lines = {}
    for t in data.get("timelines", []):
        lines.setdefault(t["program"], {})[t["allocator"]] = [(s, kib / 1024) for s, kib in t["points"]]
    for program, series in lines.items():
        name = "rss-" + re.sub(r"[^a-z0-9_]+", "-", program.lower()) + ".svg"
        caption = f"{program}: resident memory over time"
        keep(_lines(path(name), caption, "seconds", "MiB", series, styles, points=False), name, caption)
    return drawn
