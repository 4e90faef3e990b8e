#!/usr/bin/env python3
"""Tests the alerts of conf/monitoring/penstock.rules.yaml with what the program reports when their causes happen.

usage: alerts_test.py CAUSES_PROGRAM RULES [SCENARIO...]

CAUSES_PROGRAM (penstock-alert-causes) runs the real stages in virtual time and prints /metrics once a minute; promtool
evaluates the rules on these samples. Each scenario below says which alerts fire, and when: no other alert may fire, and
none at any other time. An alert without a scenario fails the test. Exit status 77: promtool is not installed.
"""
import collections
import concurrent.futures
import json
import os
import pathlib
import re
import shutil
import subprocess
import sys
import tempfile

SKIPPED = 77
# What is wrong begins at this minute, except where the scenario says otherwise.
CAUSE = 10
# By scenario, for each alert: the first minute at which it fires, and the first at which it no longer does.
SCENARIOS = {
    # The endpoint of credentials for 15 minutes fails from minute 40 to 60. Calls fail when they have expired.
    "credentials_are_not_renewed": {
        "PenstockCredentialsExpire": (48, 61), "PenstockNotReady": (55, 61), "PenstockStreamUnreachable": (56, 61)},
    "dead_letters_at_the_start": {"PenstockDeadLetters": (11, 26)},
    # A record that cannot be decoded waits until the disk has room, and its shard with it.
    "disk_is_full": {"PenstockUnhealthy": (13, 21), "PenstockNotReady": (16, 21), "PenstockShardStuck": (17, 21),
                     "PenstockDeadLetters": (21, 36)},
    "healthy_fleet": {},
    "healthy_process": {},
    "healthy_queue": {},
    "input_is_cut_off": {"PenstockNotReady": (16, 21), "PenstockStreamUnreachable": (17, 21)},
    "input_is_too_slow": {"PenstockLag": (33, 68)},
    "lease_table_is_cut_off": {"PenstockUnhealthy": (13, 21), "PenstockNotReady": (16, 21)},
    "loop_hangs": {"PenstockDown": (13, 15)},
    "output_fails": {"PenstockUnhealthy": (13, 36), "PenstockNotReady": (16, 36), "PenstockShardStuck": (17, 36),
                     "PenstockStalled": (26, 36)},
    "process_ends": {"PenstockDown": (13, 16)},
    "queue_gets_a_record_that_is_not_decodable": {"PenstockDeadLetters": (11, 28)},
    "queue_is_deleted": {"PenstockNotReady": (16, 21), "PenstockStreamUnreachable": (16, 21)},
    "record_is_not_decodable": {"PenstockDeadLetters": (11, 26)},
    "record_is_too_large": {"PenstockDeadLetters": (11, 26)},
    # No process runs until minute 80, after the records have left the stream.
    "retention_passes_the_checkpoint": {"PenstockDown": (13, 81), "PenstockGap": (81, 140)},
    "service_rejects_records": {"PenstockRejections": (23, 48)},
    "stream_is_deleted": {"PenstockNotReady": (16, 21), "PenstockStreamUnreachable": (16, 21)},
    "worker_is_starved": {"PenstockLeasesLost": (20, 59)},
}
SAMPLE = re.compile(r"^([a-z_]+)(?:\{(.*)\})? (\S+)$")
FIRING = 'group(ALERTS{alertstate="firing"}) by (alertname)'


def series_of(text, used):
    """Returns the samples by series, a list by minute with None where it is missing, and the last minute. Time 0 of
    promtool is the start, so that Unix times count from there."""
    out = collections.defaultdict(dict)
    start_s, minute, target = 0, 0, ""
    for line in text.splitlines():
        words = line.split()
        if line.startswith("start "):
            start_s = int(words[1])
        elif line.startswith("scrape "):
            minute, target = int(words[1]), f'job="penstock",instance="{words[2]}"'
            out[f"up{{{target}}}"][minute] = words[3]
        elif (found := SAMPLE.match(line)) and found[1] in used:
            value = found[3]
            if found[1].endswith("_timestamp_seconds"):
                value = repr(float(value) - start_s)
            labels = target + ("," + found[2] if found[2] else "")
            out[f"{found[1]}{{{labels}}}"][minute] = value
    return out, minute


def values_of(samples, last):
    """Returns the values as promtool writes them: "stale" where Prometheus ends a series, "_" where it has none."""
    out = []
    for minute in range(last + 1):
        value = samples.get(minute)
        ended = value is None and out and out[-1] not in ("_", "stale")
        out.append(value if value is not None else "stale" if ended else "_")
    return " ".join(out)


def check_at(minute, alerts):
    """Returns the check that exactly the expected alerts fire."""
    firing = [name for name, (first, end) in alerts.items() if first <= minute < end]
    return {"expr": FIRING, "eval_time": f"{minute}m",
            "exp_samples": [{"labels": f'{{alertname="{name}"}}', "value": 1} for name in firing]}


def rule_test(text, rules, alerts):
    """Returns the input of promtool. A change may be a minute sooner or later, but nothing precedes its cause."""
    used = set(re.findall(r"\bpenstock_[a-z_]+\b", rules.read_text()))
    series, last = series_of(text, used)
    changes = {minute for both in alerts.values() for minute in both}
    free = {minute for change in changes for minute in (change - 1, change) if minute > CAUSE}
    checks = [check_at(minute, alerts) for minute in range(last + 1) if minute not in free]
    inputs = [{"series": name, "values": values_of(samples, last)} for name, samples in sorted(series.items())]
    return {"rule_files": [str(rules)], "evaluation_interval": "1m",
            "tests": [{"interval": "1m", "input_series": inputs, "promql_expr_test": checks}]}


def run(program, rules, promtool, scenario):
    """Returns what is wrong, or ""."""
    text = subprocess.run([program, scenario], capture_output=True, text=True, check=True, timeout=300).stdout
    with tempfile.TemporaryDirectory() as folder:
        path = pathlib.Path(folder, "test.yaml")
        path.write_text(json.dumps(rule_test(text, rules, SCENARIOS[scenario])))  # JSON is YAML
        result = subprocess.run([promtool, "test", "rules", path], capture_output=True, text=True, timeout=120)
        return "" if result.returncode == 0 else f"{scenario}:\n{result.stdout}{result.stderr}"


def check_complete(program, rules):
    """Returns alerts without a scenario, and differences between SCENARIOS and the program."""
    alerts = set(re.findall(r"- alert: (\w+)", rules.read_text()))
    fired = {name for scenario in SCENARIOS.values() for name in scenario}
    known = set(subprocess.run([program], capture_output=True, text=True, check=True).stdout.split())
    return ([f"no scenario makes {name} fire: add its cause to scenarios.cc" for name in sorted(alerts - fired)] +
            [f"{name} is not in {rules.name}" for name in sorted(fired - alerts)] +
            [f"{name} is in only one of SCENARIOS and {program}" for name in sorted(known ^ set(SCENARIOS))])


def main(program, rules, *chosen):
    rules = pathlib.Path(rules).resolve()
    errors = check_complete(program, rules)
    promtool = shutil.which("promtool")
    if promtool is None:
        print("promtool is not installed: Debian has it in the package prometheus")
        sys.exit("\n".join(errors) or SKIPPED)
    with concurrent.futures.ThreadPoolExecutor(os.cpu_count()) as pool:
        errors += pool.map(lambda scenario: run(program, rules, promtool, scenario), chosen or SCENARIOS)
    sys.exit("\n".join(filter(None, errors)) or None)


if __name__ == "__main__":
    main(*sys.argv[1:])
