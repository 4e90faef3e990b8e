#!/usr/bin/env python3
"""Writes the tables of metrics in docs/operations.md from the calls in the sources that report them.

usage: metric-tables.py [--check]

Replaces the lines between `<!-- metrics STAGE -->` and `<!-- end metrics -->`. Names are those in Prometheus, formed
by the rule in abi/penstock.h. Fails if a source reports metrics and is in no table below. With --check it writes
nothing, and fails if the document is not current.
"""

import pathlib
import re
import sys

ROOT = pathlib.Path(__file__).resolve().parent.parent
DOCUMENT = ROOT / "docs" / "operations.md"
PLACE = re.compile(r"(<!-- metrics (.+?) -->\n).*?(<!-- end metrics -->)", re.S)

# The tables: the word for the kind of stage in names, and the files or folders that report.
TABLES = {
    "of shards": ("input", ["core/kinesis/input"]),
    "of a queue": ("input", ["core/kinesis/queue", "core/kinesis/input/record_decoder.cc"]),
    "of leases": ("input", ["core/leases"]),
    "of log groups": ("input", ["core/kinesis/log_group_volumes.cc"]),
    "of lambda_logs": ("filter", ["plugin/stages/lambda_logs.cc"]),
    "of cloudwatch_logs": ("filter", ["plugin/stages/cloudwatch_logs.cc"]),
    "of the output": ("output", ["core/kinesis/output"]),
    "of the host's outputs": ("output", ["host/modules"]),
    "of service calls": ("KIND", ["core/aws", "core/kinesis/call_sizes.h", "plugin/settings"]),
}
# Its source writes them as metrics of Prometheus, not as statistics of a stage.
RUN_TABLE, RUN_SOURCE = "of the run", "host/observe/endpoints.cc"
# Report what no pipeline has: the rule for all, and an input that a command uses.
NOT_REPORTING = {"core/metrics_sink.h", "host/replay/replay_input.cc", "host/modules/builtin.h"}

CALL = re.compile(r"\bmetrics\.(counter|gauge|histogram)\(|\breport_stat\(\s*stat, ctx, PENSTOCK_(COUNTER|GAUGE),")
TEXT = r'"((?:[^"\\]|\\.)*)"'
LABEL = re.compile(r'(\w+) = \{"(\w+)", ')
RUN_CALL = re.compile(r"(?:\b(\w+) =\s+)?\bpage\.(?:add|family)\((?=MetricType::)")
RUN_LABELS = re.compile(r'MetricLabel (\w+)\[\] = \{\{"(\w+)", ')
HEADER = ["| metric | kind | unit | labels | what it is |", "|---|---|---|---|---|"]


def arguments(text, start):
    """Returns the top-level arguments of the call whose list of arguments begins at start."""
    found, depth, begin, at = [], 0, start, start
    while True:
        if text[at] == '"':
            at = re.compile(TEXT).match(text, at).end()
            continue
        if text[at] in "({[":
            depth += 1
        elif text[at] in ")}]":
            if depth == 0:
                return found + [text[begin:at].strip()]
            depth -= 1
        elif text[at] == "," and depth == 0:
            found.append(text[begin:at].strip())
            begin = at + 1
        at += 1


def literal(argument, path):
    """Returns the text of one or more adjacent string literals."""
    if not re.fullmatch(rf"(?:{TEXT}\s*)+", argument):
        sys.exit(f"{path}: expected a text instead of {argument}")
    return "".join(re.findall(TEXT, argument)).replace('\\"', '"')


def labels(argument, known):
    if not argument.startswith("{"):
        return []
    named = [known[word] for word in re.findall(r"[{\s](\w+)(?=[,}])", argument) if word in known]
    return named + re.findall(r'\{"(\w+)",', argument)


def prometheus_name(stage, kind, name, unit):
    if unit == "ms" and name.endswith("_ms"):
        name = name.removesuffix("_ms") + "_seconds"
    return f"penstock_{stage}_{name}" + ("_total" if kind == "counter" else "")


def metrics_in(path):
    """Yields the kind, name, unit, help, and labels of each metric that a source reports."""
    text = path.read_text()
    known = dict(LABEL.findall(text))
    for match in CALL.finditer(text):
        kind = (match[1] or match[2]).lower()
        words = arguments(text, match.end())
        name, unit, help_text = (literal(word, path) for word in words[:3])
        yield kind, name, unit, help_text, labels(words[-1], known)


def sources(place):
    path = ROOT / place
    return [path] if path.is_file() else sorted(p for p in path.rglob("*") if p.suffix in (".cc", ".h"))


def row(name, kind, unit, named, help_text):
    about = ", ".join(f"`{label}`" for label in named)
    return f"| `{name}` | {kind} | {unit} | {about} | {help_text.replace('|', chr(92) + '|')} |"


def table(rows):
    return "\n".join(HEADER + [rows[key] for key in sorted(rows)]) + "\n"


def stage_table(name):
    stage, places = TABLES[name]
    rows = {}
    for place in places:
        for path in sources(place):
            for kind, metric, unit, help_text, named in metrics_in(path):
                full = prometheus_name(stage, kind, metric, unit)
                rows[full] = row(full, kind, "seconds" if unit == "ms" else unit, named, help_text)
    return table(rows)


def run_table():
    """Names are complete except for _total; the unit is the word of the name that is one."""
    text = (ROOT / RUN_SOURCE).read_text()
    known = dict(RUN_LABELS.findall(text))
    rows = {}
    for match in RUN_CALL.finditer(text):
        kind, name, help_text = arguments(text, match.end())[:3]
        kind, name, help_text = kind.removeprefix("MetricType::"), literal(name, RUN_SOURCE), literal(help_text, RUN_SOURCE)
        sample = re.search(rf"add_sample\({match[1]}, (\w+),", text)
        unit = next((word for word in ("seconds", "bytes", "batches") if word in name.split("_")), "")
        full = name + ("_total" if kind == "counter" else "")
        rows[full] = row(full, kind, unit, [known[sample[1]]] if sample else [], help_text)
    return table(rows)


def table_of(name):
    return run_table() if name == RUN_TABLE else stage_table(name)


def check_that_all_are_listed():
    listed = {path for _, places in TABLES.values() for place in places for path in sources(place)}
    for folder in ("core", "host", "plugin"):
        for path in sources(folder):
            short = path.relative_to(ROOT).as_posix()
            text = path.read_text()
            reports = CALL.search(text) and path not in listed or RUN_CALL.search(text) and short != RUN_SOURCE
            if reports and short not in NOT_REPORTING:
                sys.exit(f"{short} reports metrics, but scripts/metric-tables.py has no table for it")


def main():
    check_that_all_are_listed()
    old = DOCUMENT.read_text()
    missing = {RUN_TABLE, *TABLES} - {name for _, name, _ in PLACE.findall(old)}
    if missing:
        sys.exit(f"{DOCUMENT}: no place for the metrics {', '.join(sorted(missing))}")
    new = PLACE.sub(lambda m: m[1] + table_of(m[2]) + m[3], old)
    if "--check" not in sys.argv[1:]:
        DOCUMENT.write_text(new)
    elif new != old:
        sys.exit(f"{DOCUMENT} is not current: run scripts/metric-tables.py")


main()
