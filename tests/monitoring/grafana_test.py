#!/usr/bin/env python3
"""Reads the dashboard of conf/monitoring with the types that Grafana publishes for its dashboards (grafana/main.go).

usage: grafana_test.py ROOT FOLDER    FOLDER: where the program is built

Exit status 77: Go is not installed or too old, or no module proxy can be reached.
"""
import copy
import json
import os
import pathlib
import re
import shutil
import subprocess
import sys

SKIPPED = 77
DOWNLOAD_TIMEOUT_S = 60
WRONG_MODULE = re.compile("checksum mismatch|SECURITY ERROR")
TOO_OLD = re.compile("requires (Go |go >= )")


def skip(why):
    print(f"skipped: {why}")
    sys.exit(SKIPPED)


def build(source, program):
    """Builds the program with the modules of its go.sum."""
    go = shutil.which("go")
    if go is None:
        skip("no go here (1.21 or later)")
    environment = {**os.environ, "GOFLAGS": "-mod=readonly", "GOTOOLCHAIN": "local"}

    def run(*arguments, timeout_s=None):
        return subprocess.run([go, *arguments], cwd=source, env=environment, capture_output=True, text=True,
                              timeout=timeout_s)

    try:
        download = run("mod", "download", timeout_s=DOWNLOAD_TIMEOUT_S)
    except subprocess.TimeoutExpired:
        skip(f"go did not download the modules in {DOWNLOAD_TIMEOUT_S} s")
    if TOO_OLD.search(download.stderr):
        skip("this go is older than 1.21")
    if download.returncode != 0 and not WRONG_MODULE.search(download.stderr):
        skip(f"go cannot download the modules: {download.stderr.strip()}")
    result = run("build", "-o", program, ".")
    if result.returncode != 0:
        sys.exit(result.stderr)


def broken_copies(dashboard):
    """Returns copies of the dashboard that have one fault each."""

    def copy_with(change):
        other = copy.deepcopy(dashboard)
        change(other, other["panels"][0])
        return other

    return {
        "an unknown field of a panel": copy_with(lambda _, panel: panel.update(tilte="x")),
        "an unknown field of a query": copy_with(lambda _, panel: panel["targets"][0].update(legend="x")),
        "an unknown setting of values": copy_with(lambda _, panel: panel["fieldConfig"]["defaults"].update(units="s")),
        "a query without expression": copy_with(lambda _, panel: panel["targets"][0].pop("expr")),
        "a number as title": copy_with(lambda whole, _: whole.update(title=1)),
        "an unknown type of panel": copy_with(lambda _, panel: panel.update(type="timeserie")),
        "no panels": copy_with(lambda whole, _: whole.update(panels=[])),
    }


def main(root, folder):
    root, folder = pathlib.Path(root), pathlib.Path(folder)
    folder.mkdir(parents=True, exist_ok=True)
    program = folder / "grafana"
    build(root / "tests/monitoring/grafana", program)
    path = root / "conf/monitoring/penstock.dashboard.json"
    result = subprocess.run([program, path], capture_output=True, text=True)
    errors = [result.stdout + result.stderr] * (result.returncode != 0)
    for fault, dashboard in broken_copies(json.loads(path.read_text())).items():
        broken = folder / "broken.json"
        broken.write_text(json.dumps(dashboard))
        if subprocess.run([program, broken], capture_output=True).returncode == 0:
            errors.append(f"Grafana's types accept {fault}")
    sys.exit("\n".join(errors) or None)


if __name__ == "__main__":
    main(*sys.argv[1:])
