#!/usr/bin/env python3
"""Tests /metrics of a run, and conf/monitoring, which uses it.

usage: monitoring_test.py names PENSTOCK MODEL ROOT    each metric of the rules and of the dashboard exists
       monitoring_test.py promtool PENSTOCK MODEL ROOT promtool accepts the page and the rules
       monitoring_test.py parser PENSTOCK MODEL ROOT   the parser of Python's client reads both formats

Exit status 77: what the test needs is not installed.
"""
import json
import os
import pathlib
import re
import shutil
import subprocess
import sys
import tempfile
import urllib.request

SKIPPED = 77
METRIC = re.compile(r"\b(?:penstock|process)_[a-z_]+\b")
# The key pair of AWS's documentation, which the model accepts.
KEYS = {"AWS_ACCESS_KEY_ID": "AKIDEXAMPLE", "AWS_SECRET_ACCESS_KEY": "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY"}
# Credentials that expire have a metric.
PROCESS = """#!/bin/sh
echo '{"Version": 1, "AccessKeyId": "%s", "SecretAccessKey": "%s", "Expiration": "2100-01-01T00:00:00Z"}'
""" % tuple(KEYS.values())
# The second input shows the statistics of leases, the third those of a queue; neither can be reached.
CONF = """
[SERVICE]
    HTTP_Server on
    HTTP_Port 0
[INPUT]
    Name penstock_kinesis
    Tag t
    stream in
    region us-east-1
    endpoint ENDPOINT
    checkpoint memory
    initial_position trim_horizon
    on_failure drop
[INPUT]
    Name penstock_kinesis
    Tag t
    stream in
    region us-east-1
    endpoint ENDPOINT
    checkpoint dynamodb:table
    dynamodb_endpoint http://127.0.0.1:1
    application_name a
    initial_position trim_horizon
    on_failure drop
[INPUT]
    Name penstock_kinesis
    Tag t
    queue_arn arn:aws:kinesis:us-east-1:000000000000:queue/q
    endpoint http://127.0.0.1:1
    on_failure drop
[FILTER]
    Name lambda_logs
    Match *
[OUTPUT]
    Name penstock_kinesis
    Match t
    stream out
    region us-east-1
    endpoint ENDPOINT
    on_failure drop
"""


def get(url, accept="*/*"):
    request = urllib.request.Request(url, headers={"Accept": accept})
    with urllib.request.build_opener(urllib.request.ProxyHandler({})).open(request, timeout=60) as response:
        return response.read().decode()


def scrape(penstock, model):
    """Runs a pipeline between two streams of the model. Returns /metrics in both formats, with the shards in it."""
    with tempfile.TemporaryDirectory() as folder:
        process, profile = pathlib.Path(folder, "process"), pathlib.Path(folder, "config")
        process.write_text(PROCESS)
        process.chmod(0o700)
        profile.write_text(f"[default]\ncredential_process = {process}\n")
        environment = {key: value for key, value in os.environ.items() if not key.startswith("AWS_")}
        environment["AWS_CONFIG_FILE"] = str(profile)
        command = [model, "--port", "0", "--stream", "in:2", "--stream", "out:1"]
        with subprocess.Popen(command, stdout=subprocess.PIPE, text=True, env=environment) as server:
            try:
                endpoint = server.stdout.readline().strip()
                conf = pathlib.Path(folder, "agent.conf")
                conf.write_text(CONF.replace("ENDPOINT", endpoint))
                with subprocess.Popen([penstock, "run", "-c", conf], stderr=subprocess.PIPE, text=True,
                                      env=environment) as run:
                    try:
                        seen = ""
                        for line in run.stderr:
                            seen += line
                            if found := re.search(r"the HTTP server listens on (\S+)", line):
                                break
                        else:
                            sys.exit(f"penstock did not start:\n{seen}")
                        while "shard=" not in (page := get(found[1] + "/metrics")):
                            pass
                        return page, get(found[1] + "/metrics", "application/openmetrics-text; version=1.0.0")
                    finally:
                        run.kill()
            finally:
                server.kill()


def families(page):
    return set(re.findall(r"^# TYPE (\S+) ", page, re.MULTILINE))


def check_names(page, root):
    """Returns the metrics of conf/monitoring that the page does not have."""
    rules = (root / "conf/monitoring/penstock.rules.yaml").read_text()
    expressions = [line for line in rules.splitlines() if not re.match(r"\s*(#|summary:|- name:)", line)]
    dashboard = json.loads((root / "conf/monitoring/penstock.dashboard.json").read_text())
    expressions += [target["expr"] for panel in dashboard["panels"] for target in panel["targets"]]
    expressions += [str(one["query"]) for one in dashboard["templating"]["list"]]
    used = {name for text in expressions for name in METRIC.findall(text)}
    known = families(page)
    known |= {name + suffix for name in known for suffix in ("_bucket", "_sum", "_count")}
    if len(used) < 20:
        return [f"only {len(used)} metrics were found in conf/monitoring: {sorted(used)}"]
    return [f"{name} is used in conf/monitoring, and /metrics does not have it" for name in sorted(used - known)]


def check_with_promtool(page, root):
    promtool = shutil.which("promtool")
    if promtool is None:
        print("promtool is not installed: Debian has it in the package prometheus")
        sys.exit(SKIPPED)
    errors = []
    for arguments, text in ((["check", "metrics"], page),
                            (["check", "rules", root / "conf/monitoring/penstock.rules.yaml"], None)):
        result = subprocess.run([promtool, *arguments], input=text, capture_output=True, text=True, timeout=120)
        if result.returncode != 0:
            errors.append(f"promtool {arguments[0]} {arguments[1]}: {result.stdout}{result.stderr}")
    return errors


def check_with_parser(page, openmetrics):
    try:
        from prometheus_client import parser
        from prometheus_client.openmetrics import parser as openmetrics_parser
    except ImportError:
        print("the parser is not installed: Debian has it in the package python3-prometheus-client")
        sys.exit(SKIPPED)
    read = {family.name for family in parser.text_string_to_metric_families(page)}
    errors = [] if len(read) == len(families(page)) else [f"{len(read)} of {len(families(page))} families were read"]
    read = {family.name for family in openmetrics_parser.text_string_to_metric_families(openmetrics)}
    missing = families(openmetrics) - read
    return errors + [f"not read as OpenMetrics: {sorted(missing)}"] * bool(missing)


def main(mode, penstock, model, root):
    page, openmetrics = scrape(penstock, model)
    root = pathlib.Path(root)
    errors = {"names": lambda: check_names(page, root), "promtool": lambda: check_with_promtool(page, root),
              "parser": lambda: check_with_parser(page, openmetrics)}[mode]()
    sys.exit("\n".join(errors) or None)


if __name__ == "__main__":
    main(*sys.argv[1:])
