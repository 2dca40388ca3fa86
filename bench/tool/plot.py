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


def _gnuplot(script, file):
    p = subprocess.run(["gnuplot"], input=script, capture_output=True, text=True, check=False)
    if p.returncode:
        raise RuntimeError("gnuplot: " + p.stderr.strip())
    # gnuplot draws hollow marks with hairlines, beside which filled ones are all that is seen.
    with open(file, encoding="utf-8") as f:
        drawn = f.read()
    with open(file, "w", encoding="utf-8") as f:
        f.write(drawn.replace("stroke-width='0.222'", "stroke-width='0.55'"))


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


# The scale of ratios. What lies beyond is drawn on its end, with its value beside it.
_LEAST, _MOST = 1 / 8, 8


def _clamp(value):
    return min(max(value, _LEAST), _MOST)


def _off_scale(values):
    """The words for those of a row's values that are off the scale: (left, right), either may be ''."""
    low = sorted(v for v in values if v < _LEAST)
    high = sorted(v for v in values if v > _MOST)

    def words(some):
        texts = [f"{v:.2g}" if v < 10 else f"{v:.0f}" for v in (some[0], some[-1])]
        return texts[0] if texts[0] == texts[1] else " to ".join(texts)

    return "◀ " + words(low) if low else "", words(high) + " ▶" if high else ""


def _dots(file, title, axis, results, value, styles, subject):
    """A row for each program, a mark for each allocator, on a logarithmic axis around 1."""
    names = [n for n in results.programs if any(value(n, a) for a in results.allocators)]
    if not names:
        return False
    used = [a for a in _drawing_order(results.allocators, subject) if any(value(n, a) for n in names)]
    rows = list(reversed(names))
    outside = [_off_scale([v for v in (value(n, a) for a in used) if v]) for n in rows]
    script = _head(file, 900, 90 + 20 * max(len(rows), len(used)), title)
    script += f"set xlabel {_text(axis)}\nset logscale x 2\nset yrange [-0.7:{len(rows) - 0.3}]\n"
    # Room for what is beyond the ends, where there is something.
    left = 2.2 if any(low for low, _ in outside) else 1.05
    right = 2.2 if any(high for _, high in outside) else 1.05
    script += f"set key outside right top\nset xrange [{_LEAST / left}:{_MOST * right}]\n"
    script += "set xtics (" + ", ".join(f"'{_tick(i)}' {2.0 ** i}" for i in range(-3, 4)) + ")\n"
    script += "set ytics (" + ", ".join(f"{_text(n)} {i}" for i, n in enumerate(rows)) + ")\n"
    script += "set arrow from 1, graph 0 to 1, graph 1 nohead lc rgb '#606060' lw 2\n"
    for i, (low, high) in enumerate(outside):
        for text, at, how in ((low, _LEAST, "right offset -1,0"), (high, _MOST, "left offset 1,0")):
            if text:
                script += f"set label {_text(text)} at {at}, {i} {how} font 'sans,10'\n"
    parts, data = [], ""
    for a in used:
        colour, shape = styles[a]
        parts.append(
            f"'-' using 1:2 with points pt {shape} ps {1.0 if a == subject else 0.7} lc rgb '{colour}' "
            f"title {_text(a)}"
        )
        data += "".join(f"{_clamp(value(n, a))} {i}\n" for i, n in enumerate(rows) if value(n, a)) + "e\n"
    _gnuplot(script + "plot " + ", ".join(parts) + "\n" + data, file)
    return True


def _tick(power):
    """2 to this power, in words."""
    return f"1/{2 ** -power}" if power < 0 else str(2**power)


def _lines(file, title, xlabel, ylabel, series, styles, logs="", points=True, alone=()):
    """series: {allocator: [(x, y), ...]}; alone: those whose points no line joins."""
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
        if a in alone:
            how = f"with points pt {shape} ps 2"
        parts.append(f"'-' using 1:2 {how} lc rgb '{colour}' title {_text(a)}")
        data += "".join(f"{x} {y}\n" for x, y in s) + "e\n"
    _gnuplot(script + "plot " + ", ".join(parts) + "\n" + data, file)
    return True


def curves(file, title, xlabel, ylabel, series, logs="", points_of=None):
    """
    A picture of named curves: {name: [(x, y), ...]}. points_of: {name: curve's name}, for series that are
    points on another curve, in its colour.
    """
    if not shutil.which("gnuplot"):
        raise RuntimeError("gnuplot is not installed")
    points_of = points_of or {}
    styles = _styles([name for name in series if name not in points_of], None)
    for name, curve in points_of.items():
        # The filled mark's hollow neighbour, or the other way round.
        colour, shape = styles[curve]
        styles[name] = (colour, shape - 1 if shape in (5, 7, 9, 11, 13) else shape + 1)
    return _lines(file, title, xlabel, ylabel, series, styles, logs, alone=points_of)


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
        _dots(
            path("speed.svg"),
            caption,
            "speed / best other",
            results,
            lambda n, a: results.speed(n, a) if results.is_speed(n) else None,
            styles,
            subject,
        ),
        "speed.svg",
        caption,
    )
    caption = (
        "Peak memory by program, of rss_after what stays, against the lowest of the other allocators "
        "(left of 1: less than all)"
    )
    keep(
        _dots(
            path("memory.svg"),
            caption,
            "memory / lowest other",
            results,
            lambda n, a: results.ratio(n, a, figures.PEAK if results.is_speed(n) else None),
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
