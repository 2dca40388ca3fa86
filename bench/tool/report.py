# SPDX-License-Identifier: MIT
"""Tables for people: on the terminal and in Markdown."""

import figures
from figures import CPU, FAULTS, PEAK, RSS, WALL, geomean


def number(value):
    """A number in four significant digits, without an exponent."""
    if value is None:
        return "-"
    size = abs(value)
    if size >= 1000 or size == 0:
        return f"{value:.0f}"
    return f"{value:.{3 if size < 1 else 2 if size < 100 else 1}f}"


def percent(share):
    """A share as +-percent."""
    return f"{100 * share:.1f}%"


def ratio_text(value):
    """A ratio, or -."""
    return "-" if value is None else f"{value:.3f}"


def text_table(head, rows):
    """Columns under a head: the first to the left, the others to the right."""
    rows = [[str(c) for c in r] for r in rows]
    widths = [max(len(r[i]) for r in [head] + rows) for i in range(len(head))]
    lines = []
    for r in [head] + rows:
        cells = [c.ljust(w) if i == 0 else c.rjust(w) for i, (c, w) in enumerate(zip(r, widths))]
        lines.append("  " + "  ".join(cells).rstrip())
    return "\n".join(lines)


def markdown_table(head, rows):
    """The same in Markdown."""
    lines = ["| " + " | ".join(head) + " |", "|---|" + "---:|" * (len(head) - 1)]
    lines += ["| " + " | ".join(str(c) for c in r) + " |" for r in rows]
    return "\n".join(lines)


def _program_rows(results, name):
    program = results.programs[name]
    metric = program["metric"]
    also = program["also"]
    head = ["", metric["unit"], "spread", "best", "ratio"] + [m["unit"] for m in also]
    # What every program has, apart from what is the metric already.
    common = [m for m in (WALL, CPU, PEAK, RSS, FAULTS) if m["unit"] != metric["unit"]]
    head += [m["unit"] for m in common] + ["peak ratio"]
    rows = []
    for a in results.allocators:
        f = results.figure(name, a)
        if not f:
            error = results.error(name, a)
            if error:
                rows.append([a, "failed"] + [""] * (len(head) - 2))
            continue
        best = (max if metric["more_is_better"] else min)(f.values)
        row = [a, number(f.median), percent(f.spread), number(best), ratio_text(results.ratio(name, a))]
        for m in also + common:
            g = results.figure(name, a, m)
            row.append(number(g.median) if g else "-")
        rows.append(row + [ratio_text(results.ratio(name, a, PEAK))])
    return head, rows


def program_tables(results, table=text_table, title="{}"):
    """One table a program: each allocator's figures."""
    out = []
    for name, program in results.programs.items():
        head, rows = _program_rows(results, name)
        if not rows:
            continue
        n = max(len(results.runs(name, a)) for a in results.allocators)
        rounds = f"median of {n} rounds" if n > 1 else "one round"
        better = "more is better" if program["metric"]["more_is_better"] else "less is better"
        out.append(title.format(f"{name}: {program['metric']['unit']}, {better}; {rounds}"))
        out.append(table(head, rows))
        for a in results.allocators:
            error = results.error(name, a)
            if error:
                out.append(f"  {a}: {error}")
        out.append("")
    return "\n".join(out)


def _mean(results, set_name, subject, metric=None, is_speed=True):
    fn = results.speed if is_speed else results.ratio
    # What memory a program keeps is no speed.
    names = [n for n in results.programs_of(set_name) if not is_speed or results.is_speed(n)]
    return geomean([fn(n, subject, metric) for n in names])


def summary_rows(results, subject):
    """The subject against the best of the others, program by program; then the means."""
    head = [
        "program",
        "unit",
        subject,
        "best other",
        "",
        "ratio",
        "speed",
        "spread",
        "peak MiB",
        "lowest other",
        "",
        "peak ratio",
    ]
    rows = []
    for name, program in results.programs.items():
        f = results.figure(name, subject)
        best, who = results.best_other(name, subject)
        if not f or best is None:
            rows.append(
                [
                    name,
                    program["metric"]["unit"],
                    "failed" if results.error(name, subject) else "-",
                    number(best),
                    who,
                ]
                + ["-"] * 7
            )
            continue
        g = results.figure(name, subject, PEAK)
        low, low_who = results.best_other(name, subject, PEAK)
        other = results.figure(name, who)
        rows.append(
            [
                name,
                program["metric"]["unit"],
                number(f.median),
                number(best),
                who,
                ratio_text(results.ratio(name, subject)),
                ratio_text(results.speed(name, subject)),
                percent(max(f.spread, other.spread)),
                number(g.median) if g else "-",
                number(low),
                low_who,
                ratio_text(results.ratio(name, subject, PEAK)),
            ]
        )
    return head, rows


def means_rows(results):
    """Geometric means by set, of each allocator against the best of the others."""
    head = ["set"] + results.allocators
    rows = []
    for s in results.set_names():
        rows.append([f"{s}: speed"] + [ratio_text(_mean(results, s, a)) for a in results.allocators])
        rows.append(
            [f"{s}: peak memory"]
            + [ratio_text(_mean(results, s, a, PEAK, False)) for a in results.allocators]
        )
    if len(rows) > 2:
        rows.append(
            ["all: speed"]
            + [
                ratio_text(geomean([results.speed(n, a) for n in results.programs]))
                for a in results.allocators
            ]
        )
        rows.append(
            ["all: peak memory"]
            + [
                ratio_text(geomean([results.ratio(n, a, PEAK) for n in results.programs]))
                for a in results.allocators
            ]
        )
    return head, rows


EXPLAIN = (
    "ratio: to the best of the other allocators, in the unit of the column; speed: the same, turned so that "
    "above 1 is faster.\nspread: half the range of the middle half of the runs. peak ratio: to the lowest of "
    "the others."
)


def pairs_rows(data):
    """Instructions per pair: the modes down, the allocators across."""
    pairs = data["pairs"]["values"]
    names = data["pairs"]["allocators"]
    rows = []
    for mode in data["pairs"]["modes"]:
        row = [mode]
        for a in names:
            v = pairs.get(f"{mode} {a}")
            row.append("-" if v is None else f"{v['all']:.1f} ({v['allocator']:.1f})")
        rows.append(row)
    return ["pairs"] + names, rows


PAIRS_EXPLAIN = (
    "instructions per pair of malloc and free, loop and PLT included (in brackets: without the benchmark's "
    "own), by callgrind."
)


def counter_rows(data):
    """Counters per operation, a row for each program and allocator."""
    counters = data["counters"]
    events = counters["events"]
    rows = [
        [f"{c['program']} {c['allocator']}"] + [number(c["per_op"].get(e)) for e in events]
        for c in counters["values"]
    ]
    return ["per operation"] + events, rows


def full_text(data, subject):
    """All that a result file has, for the terminal."""
    results = figures.Results(data)
    out = []
    if data["runs"]:
        out.append(program_tables(results))
        if subject in results.allocators and len(results.allocators) > 1:
            out.append(text_table(*summary_rows(results, subject)) + "\n")
        if len(results.allocators) > 1:
            out.append(
                "geometric means, against the best of the others of each program\n"
                + text_table(*means_rows(results))
                + "\n"
            )
        out.append(EXPLAIN + "\n")
    if data.get("pairs"):
        out.append(text_table(*pairs_rows(data)) + "\n\n" + PAIRS_EXPLAIN)
        out.append("".join(n + "\n" for n in data["pairs"]["notes"]))
    if data.get("counters"):
        out.append(text_table(*counter_rows(data)) + "\n\ncounted by " + data["counters"]["source"] + "\n")
    return "\n".join(out)


def markdown(data, subject, pictures):
    """All of it for a document. pictures: [(file, caption)]."""
    results = figures.Results(data)
    m, s = data["machine"], data["settings"]
    what = "virtual machine" if m["virtual"] else "machine"
    out = [
        f"Measured on {m['date'].split()[0]}: {m['cpu']}, {m['cpus']} CPUs, {m['memory_mib']} MiB ({what}); "
        f"{m['system']}, Linux {m['kernel']}, {m['libc']}; huge pages: {m['huge_pages'] or 'none'}. "
        f"{s['rounds']} interleaved rounds.",
        "",
    ]
    rows = [
        [a, d["version"] or d["package"] or "?", d["file"], " ".join(f"{k}={v}" for k, v in d["env"].items())]
        for a, d in data["allocators"].items()
    ]
    out += [markdown_table(["allocator", "version", "file", "settings"], rows), ""]
    for file, caption in pictures:
        out += [f"![{caption}]({file})", ""]
    if data["runs"]:
        if subject in results.allocators and len(results.allocators) > 1:
            out += [
                f"### {subject} against the best of the others",
                "",
                markdown_table(*summary_rows(results, subject)),
                "",
            ]
        if len(results.allocators) > 1:
            out += [
                "### Geometric means by set, against the best of the others of each program",
                "",
                markdown_table(*means_rows(results)),
                "",
            ]
        out += [EXPLAIN.replace("\n", " "), ""]
    if data.get("pairs"):
        out += [
            "### Instructions per pair",
            "",
            markdown_table(*pairs_rows(data)),
            "",
            PAIRS_EXPLAIN.capitalize() + "".join(f" {n}." for n in data["pairs"]["notes"]),
            "",
        ]
    if data.get("counters"):
        out += [
            "### Counters per operation",
            "",
            markdown_table(*counter_rows(data)),
            "",
            f"Counted by {data['counters']['source']}.",
            "",
        ]
    if data["runs"]:
        out += ["### Every program", "", program_tables(results, markdown_table, "**{}**\n")]
    return "\n".join(out)


def rewrite_document(path, text, part="figures"):
    """Puts the text between the marks of a part of a document. Raises ValueError if it has none."""
    begin, end = f"<!-- {part} begin -->", f"<!-- {part} end -->"
    with open(path, encoding="utf-8") as f:
        old = f.read()
    if old.count(begin) != 1 or old.count(end) != 1 or old.index(begin) > old.index(end):
        raise ValueError(f"{path} has no lines {begin} and {end}")
    head, rest = old.split(begin)
    with open(path, "w", encoding="utf-8") as f:
        f.write(head + begin + "\n" + text.rstrip() + "\n" + end + rest.split(end)[1])
