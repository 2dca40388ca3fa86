# SPDX-License-Identifier: MIT
"""Compares two result files: what became better or worse, and whether that exceeds the noise."""

import figures
import machine
from report import number, percent, text_table

# Below this a difference is of no interest, whatever the statistics say.
LEAST = 0.005


def _per_round(results, program, allocator, metric, against):
    """The values by round; with against, each divided by that allocator's of the same round."""
    mine = {}
    for who in (allocator, against):
        mine[who] = {}
        for run in results.runs(program, who) if who else []:
            value = run.get("fields", {}).get(metric["key"], run.get(metric["key"]))
            if value is not None:
                mine[who][run["round"]] = value * metric["scale"]
    if not against:
        return list(mine[allocator].values())
    return [v / mine[against][r] for r, v in mine[allocator].items() if mine[against].get(r)]


def compare(old_data, new_data, against):
    """
    The report in words, and the number of figures that became worse. against: the name of an allocator
    present in both files that the others are divided by, round by round, so that a machine that was
    slower on one of the days cancels out; or None.
    """
    old, new = figures.Results(old_data), figures.Results(new_data)
    out, rows, n_worse, n_same = [], [], 0, 0
    changed = machine.differences(old_data["machine"], new_data["machine"])
    if changed:
        out.append(
            "The machines differ; differences in time mean little"
            + ("." if against else " (--against helps).")
            + "".join("\n  " + c for c in changed)
            + "\n"
        )
    for name, program in new.programs.items():
        if name not in old.programs:
            continue
        if old.programs[name]["argv"] != program["argv"]:
            out.append(f"{name}: its arguments changed: not compared")
            continue
        for alloc in new.allocators:
            if alloc not in old.allocators or alloc == against:
                continue
            for metric in (program["metric"], figures.PEAK):
                a = _per_round(old, name, alloc, metric, against)
                b = _per_round(new, name, alloc, metric, against)
                if not a or not b:
                    if a and new.error(name, alloc):
                        rows.append(
                            [
                                name,
                                alloc,
                                metric["unit"],
                                number(figures.summary(a).median),
                                "failed",
                                "",
                                "",
                                "WORSE",
                            ]
                        )
                        n_worse += metric is program["metric"]
                    continue
                fa, fb = figures.summary(a), figures.summary(b)
                change = fb.median / fa.median - 1 if fa.median else 0.0
                real, how = figures.exceeds_noise(a, b)
                if not real or abs(change) < LEAST:
                    n_same += 1
                    continue
                is_better = (change > 0) == metric["more_is_better"]
                n_worse += not is_better
                rows.append(
                    [
                        name,
                        alloc,
                        metric["unit"],
                        number(fa.median),
                        number(fb.median),
                        f"{100 * change:+.1f}%",
                        percent(fa.spread) + " " + percent(fb.spread),
                        ("better" if is_better else "WORSE") + ", " + how,
                    ]
                )
    for a in new.allocators:
        if a in old.allocators:
            was, now = old_data["allocators"][a], new_data["allocators"][a]
            if was["sha256"] != now["sha256"]:
                out.append(
                    f"{a}: another file than before ({was['version'] or was['file']}, "
                    f"now {now['version'] or now['file']})"
                )
    if rows:
        out.append(
            text_table(["program", "allocator", "unit", "old", "new", "change", "spreads", "verdict"], rows)
        )
    out.append(f"{len(rows)} figures differ by more than the noise ({n_worse} worse), {n_same} do not.")
    return "\n".join(out), n_worse
