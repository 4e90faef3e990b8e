#!/usr/bin/env python3
"""Runs the commands of docs/quick-start.md that need no AWS account, and compares their output with the document.

usage: quick_start_test.py SOURCE_DIR FOLDER_OF_THE_PROGRAMS

The commands are the lines after `$ ` in the blocks of the language console; a line that ends with a backslash continues
on the next line. They run in one shell, in the order of the document. In the expected output, `...` represents any text
in a line, and a line of its own any lines.

The HTTP server of "Watch a run" gets a port that the system chooses instead of 2020. `penstock top` runs on a terminal
and ends after one view. Of that view, headings and first words are compared, not the numbers.
"""

import os
import pathlib
import re
import signal
import subprocess
import sys
import tempfile
from typing import NamedTuple

sys.dont_write_bytecode = True

import markdown  # noqa: E402

TIMEOUT_S = 120
BUILD_FOLDER = "build/dev/bin/"
END_OF_FULL_SCREEN = "\x1b[?1049l"
# Waits until the server knows the shards of the input. `grep -q` would end before curl has written everything.
WAIT_FOR_SERVER = r"""
until http=$(grep -o 'http://127.0.0.1:[0-9]*$' "$state/log"); do kill -0 "$run"; done
until curl -sS --noproxy '*' "$http/metrics" | grep 'shard=' >/dev/null; do kill -0 "$run"; done
"""


class Step(NamedTuple):
    line: int
    command: str
    expected: str


def steps_of(document):
    for block in markdown.split(document)[1]:
        if block.language != "console":
            continue
        lines = block.text.split("\n")[:-1]
        at = 0
        while at < len(lines):
            line = block.line + at
            assert lines[at].startswith("$ "), f"line {line}: a block begins with a command"
            command = lines[at][2:]
            while command.endswith("\\"):
                at += 1
                command += "\n" + lines[at]
            at += 1
            expected = []
            while at < len(lines) and not lines[at].startswith("$ "):
                expected.append(lines[at])
                at += 1
            yield Step(line, command, "".join(f"{text}\n" for text in expected))


def fits(expected, actual):
    pattern = "".join(
        "(?:.*\n)*" if line == "...\n" else re.escape(line).replace(re.escape("..."), ".*")
        for line in expected.splitlines(keepends=True)
    )
    return re.fullmatch(pattern, actual) is not None


def is_top(command):
    return command == BUILD_FOLDER + "penstock top"


def to_run(command, programs):
    """Returns the command as the test runs it."""
    if is_top(command):
        return f'script -qec "{programs}penstock top -n 1 $http" /dev/null'
    command = command.replace(BUILD_FOLDER, programs)
    command = command.replace("HTTP_Server On", r"HTTP_Server On\n    HTTP_Port 0")
    command = command.replace("http://127.0.0.1:2020", '"$http"')
    return command + WAIT_FOR_SERVER * command.endswith("run=$!")


def shape(view):
    """Returns the headings of a view, and the first word of each of its other lines."""
    lines = view.rpartition(END_OF_FULL_SCREEN)[2].replace("\r", "").splitlines()
    return [line.split() if re.fullmatch("[A-Z/ ]+", line) else re.findall("^[^ ;]+", line) for line in lines]


def run(script, root, folder):
    """Runs the script and ends every process that it started."""
    environment = {"PATH": os.environ["PATH"], "HOME": str(folder), "TMPDIR": str(folder), "LC_ALL": "C"}
    shell = subprocess.Popen(["bash", "-c", script], cwd=root, env=environment, start_new_session=True)
    try:
        return shell.wait(TIMEOUT_S)
    finally:
        try:
            os.killpg(shell.pid, signal.SIGKILL)
        except ProcessLookupError:
            pass


def main():
    root, programs = pathlib.Path(sys.argv[1]), sys.argv[2].rstrip("/") + "/"
    steps = list(steps_of((root / "docs/quick-start.md").read_text()))
    assert steps, "docs/quick-start.md has no commands"
    with tempfile.TemporaryDirectory() as name:
        folder = pathlib.Path(name)
        script = "set -e\n"
        for number, step in enumerate(steps):
            script += f"{{ {to_run(step.command, programs)}\n}} >'{folder}/{number}' 2>&1\n"
        status = run(script, root, folder)
        failed = status != 0
        for number, step in enumerate(steps):
            file = folder / str(number)
            actual = file.read_text() if file.exists() else "(did not run)\n"
            is_right = (shape(step.expected) == shape(actual)) if is_top(step.command) else fits(step.expected, actual)
            if not is_right:
                failed = True
                print(f"docs/quick-start.md:{step.line}: $ {step.command}\nexpected:\n{step.expected}actual:\n{actual}")
        left = [path.name for path in folder.iterdir() if not path.name.isdigit()]
        if left:
            failed = True
            print(f"the commands leave files: {left}")
    print(f"{len(steps)} commands, exit status {status}")
    sys.exit(failed)


main()
