#!/usr/bin/env python3
"""Runs the commands of docs/dead-letters.md in their order, and compares what they print with what the page shows.

usage: run_commands.py [--update] docs/dead-letters.md penstock penstock-model-kinesis conf/demo

The deployment is the one that the page describes, with the model of Kinesis. In place of /var/lib/penstock and
/etc/penstock there is a temporary folder. Times and the codes of messages are not compared, and of the rest only the
numbers, so that a message can be reworded; --update writes what the commands print into the page.
Ends with 77, which means skipped, where jq is missing.
"""
import base64
import gzip
import json
import os
import pathlib
import re
import shutil
import subprocess
import sys
import tempfile

CONF = """\
[INPUT]
    Name             penstock_kinesis
    Tag              lambda
    stream           logs-in
    region           us-east-1
    endpoint         {endpoint}
    format           cloudwatch_logs
    checkpoint       file:{state}/checkpoint
    on_failure       file:{state}/input-failures.jsonl

[FILTER]
    Name             lambda_logs
    Match            lambda

[OUTPUT]
    Name             penstock_kinesis
    Match            lambda
    stream           logs-out
    region           us-east-1
    endpoint         {endpoint}
    max_record_bytes 400
    on_failure       file:{state}/output-failures.jsonl
"""
MESSAGES = ["app-json", "app-plain", "lambda-node", "lambda-python"]
BLOCK = re.compile(r"```console\n(.*?)```|<!-- test: (.*?) -->", re.S)
# Changes from run to run.
IGNORED = re.compile(r"\d{4}-\d\d-\d\dT[\d:.]+Z|\bPS\d{4}\b")
TIMEOUT_S = 60


def load_file(demo):
    """Returns the records of the input stream, as --load of the model reads them."""
    records = [(name, gzip.compress((demo / f"{name}.json").read_bytes(), mtime=0)) for name in MESSAGES]
    records.append(("deploy", b"deployed build 1234"))
    return "".join(
        json.dumps({"data": base64.b64encode(data).decode(), "partition_key": key}) + "\n" for key, data in records)


def numbers(text):
    return re.findall(r"\d+", IGNORED.sub("", text))


def first_line(pipe, what):
    """Waits for the first line that a process writes, and returns it."""
    line = pipe.readline().strip()
    assert line, f"{what} ended without a line"
    return line


class Page:
    """The commands of a page, and the folders that they name."""

    def __init__(self, penstock, model, demo, folder):
        self.folder = folder
        self.penstock = penstock
        self.agent = None
        (folder / "state").mkdir()
        (folder / "load.jsonl").write_text(load_file(demo))
        self.environment = {
            **os.environ,
            "PATH": f"{pathlib.Path(penstock).parent}:{os.environ['PATH']}",
            "LC_ALL": "C",
            "AWS_ACCESS_KEY_ID": "AKIDEXAMPLE",
            "AWS_SECRET_ACCESS_KEY": "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY",
        }
        self.model = subprocess.Popen([
            model, "--port", "0", "--stream", "logs-in:1", "--stream", "logs-out:2",
            "--load", f"logs-in={folder / 'load.jsonl'}"
        ], stdout=subprocess.PIPE, text=True)
        endpoint = first_line(self.model.stdout, "the model")  # its address, once it serves requests
        (folder / "agent.conf").write_text(CONF.format(endpoint=endpoint, state=folder / "state"))
        run = subprocess.run([penstock, "run", "-c", folder / "agent.conf", "--exit-when-idle", "1"],
                             env=self.environment, capture_output=True, text=True, timeout=TIMEOUT_S)
        assert run.returncode == 0, run.stderr

    def close(self):
        for process in filter(None, (self.agent, self.model)):
            process.terminate()
            process.wait(TIMEOUT_S)

    def start_agent(self):
        # Nothing reads the rest of the log: the agent drops lines that do not fit.
        self.agent = subprocess.Popen([self.penstock, "run", "-c", self.folder / "agent.conf"], env=self.environment,
                                      stderr=subprocess.PIPE, text=True)
        first_line(self.agent.stderr, "the agent")

    def run(self, command):
        """Returns what a command prints on standard output, with the folders of the page."""
        state = str(self.folder / "state")
        conf = str(self.folder / "agent.conf")
        local = command.replace("/var/lib/penstock", state).replace("/etc/penstock/agent.conf", conf)
        done = subprocess.run(["bash", "-euo", "pipefail", "-c", local], env=self.environment, capture_output=True,
                              text=True, timeout=TIMEOUT_S)
        assert done.returncode == 0, f"$ {command}\nended with {done.returncode}:\n{done.stderr}"
        text = done.stdout.replace(state, "/var/lib/penstock").replace(conf, "/etc/penstock/agent.conf")
        return text if not text or text.endswith("\n") else text + "\n"


def run_block(page, block):
    """Returns the block with what its commands print now, and reports the commands whose numbers differ."""
    now, differ = "", []
    for part in re.split(r"^(?=\$ )", block, flags=re.M):
        if not part:
            continue
        command, shown = part.split("\n", 1)
        printed = page.run(command[2:])
        if numbers(printed) != numbers(shown):
            differ.append(f"{command}\nthe page shows:\n{shown}it prints:\n{printed}")
        now += f"{command}\n{printed}"
    return now, differ


def main():
    update = "--update" in sys.argv[1:]
    document, penstock, model, demo = [a for a in sys.argv[1:] if a != "--update"]
    if not shutil.which("jq"):
        print("skipped: no jq")
        return 77
    text = pathlib.Path(document).read_text()
    differ = []
    with tempfile.TemporaryDirectory() as folder:
        page = Page(os.path.abspath(penstock), model, pathlib.Path(demo), pathlib.Path(folder))

        def replace(match):
            if match[2] == "the agent runs":
                page.start_agent()
            if match[1] is None:
                return match[0]
            now, wrong = run_block(page, match[1])
            differ.extend(wrong)
            return f"```console\n{now}```"

        try:
            new = BLOCK.sub(replace, text)
        finally:
            page.close()
    if update:
        pathlib.Path(document).write_text(new)
        return 0
    if differ:
        print(*differ, f"to update the page: {sys.argv[0]} --update ...", sep="\n", file=sys.stderr)
    return 1 if differ else 0


sys.exit(main())
