# SPDX-License-Identifier: MIT
"""metrics.py FORM FILE: is FILE strictly what FORM says? FORM: openmetrics or prometheus.

Checks what a scraper would trip over, by the rules of OpenMetrics 1.0 or of Prometheus' text format 0.0.4: families
one after the other, each with HELP and TYPE before its samples, counters in _total, units in names, no sample twice, the
end. Then asks the real readers, prometheus_client and promtool, where they are installed.
"""
import re
import shutil
import subprocess
import sys

LABEL = r'[a-z_]+="(?:[^"\\\n]|\\[\\"n])*"'
SAMPLE = re.compile(r"([a-z_]+)\{(%s(?:,%s)*)\} ([0-9]+(?:\.[0-9]+)?)$" % (LABEL, LABEL))


def check(form, text):
    is_open = form == "openmetrics"
    assert text.endswith("\n"), "the last line has no end"
    lines = text[:-1].split("\n")
    if is_open:
        assert lines.pop() == "# EOF", "no # EOF at the end"
    assert "# EOF" not in lines
    families, samples, family = {}, set(), None
    for line in lines:
        assert line and line == line.strip(), "white space: %r" % line
        if line.startswith("# "):
            _, what, name, rest = line.split(" ", 3)
            if what == "HELP":
                assert name not in families, "twice: " + name
                assert rest.strip(), "no help: " + name
                family = families[name] = {"n": 0}
            elif what == "TYPE":
                assert family is families[name] and not family["n"] and "type" not in family, "out of order: " + line
                assert rest in ("gauge", "counter"), line
                family["type"] = rest
                assert (rest == "counter" and not is_open) == name.endswith("_total"), "_total: " + line
            else:
                assert what == "UNIT" and is_open and family is families[name], line
                assert name.endswith("_" + rest), "the unit is not in the name: " + line
            family["name"] = name
            continue
        found = SAMPLE.match(line)
        assert found, "not a sample: %r" % line
        name = found[1]
        wanted = family["name"] + ("_total" if is_open and family["type"] == "counter" else "")
        assert name == wanted, "%s among those of %s" % (name, wanted)
        assert found.group(1, 2) not in samples, "twice: " + line
        samples.add(found.group(1, 2))
        family["n"] += 1
    for name in ("hakmem_allocated_bytes", "hakmem_resident_bytes", "hakmem_held_bytes", "hakmem_class_blocks",
                 "hakmem_class_pinned_bytes"):
        assert families[name]["n"] > 0, "no " + name
    assert "hakmem_refills_total" in {name for name, _ in samples}
    counters = [name for name, f in families.items() if f["type"] == "counter"]
    assert len(counters) >= 8 and len(families) >= 30, "hardly a metric"
    for name, f in families.items():
        assert f["n"] > 0, "no sample of " + name


def ask_others(form, text):
    if form == "openmetrics":
        try:
            from prometheus_client.openmetrics.parser import text_string_to_metric_families
        except ImportError:
            return
        assert len(list(text_string_to_metric_families(text))) >= 30
        print("prometheus_client reads it")
    elif shutil.which("promtool"):
        said = subprocess.run(["promtool", "check", "metrics"], input=text, text=True, capture_output=True, check=False)
        assert said.returncode == 0 and not said.stderr + said.stdout, said.stdout + said.stderr
        print("promtool has nothing to say")


def main():
    with open(sys.argv[2], encoding="utf-8") as file:
        text = file.read()
    check(sys.argv[1], text)
    ask_others(sys.argv[1], text)


main()
