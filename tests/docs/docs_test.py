#!/usr/bin/env python3
"""Checks that every link, option, command, flag, counter, and message code in the documentation exists.

usage: docs_test.py SOURCE_DIR PENSTOCK

SOURCE_DIR/tests/docs/foreign_names.txt lists the names of other programs. A name that no document uses is an error
there. The configurations in the documentation must pass `penstock check`, JSON must be JSON, and the README must not
grow beyond MAX_README_LINES.
"""

import json
import os
import pathlib
import subprocess
import sys
import tempfile

sys.dont_write_bytecode = True

import checker  # noqa: E402
import facts  # noqa: E402
import markdown  # noqa: E402


MAX_README_LINES = 150


def is_configuration(block):
    return all(part in block.text for part in ("[INPUT]", "[OUTPUT]")) or all(
        part in block.text for part in ("pipeline:", "inputs:", "outputs:")
    )


def configuration_problems(penstock, path, block):
    """Returns what `penstock check` says against a configuration; its state folder is replaced by one that exists."""
    with tempfile.TemporaryDirectory() as folder:
        file = pathlib.Path(folder, "agent.yaml" if "pipeline:" in block.text else "agent.conf")
        file.write_text(block.text.replace("/var/lib/penstock", folder))
        environment = {"PATH": os.environ["PATH"], "AWS_REGION": "eu-west-1"}
        run = subprocess.run(
            [penstock, "check", "-c", file], capture_output=True, text=True, env=environment, timeout=60, check=False
        )
        said = run.stderr.replace(folder + "/", "")
    return [f"{path}:{block.line}: {line}" for line in said.splitlines()] if run.returncode or said else []


def json_problems(path, block):
    try:
        json.loads(block.text)
    except ValueError as error:
        return [f"{path}:{block.line}: not JSON: {error}"]
    return []


def main():
    root, penstock = pathlib.Path(sys.argv[1]), sys.argv[2]
    paths = [*checker.DOCUMENTS, *(f"docs/{path.name}" for path in sorted((root / "docs").glob("*.md")))]
    documents = {path: (root / path).read_text() for path in paths}
    foreign = checker.foreign_names(root / "tests/docs/foreign_names.txt")
    check = checker.Checker(facts.Facts(root, penstock), foreign, documents)
    problems = check.run()
    problems += [f"tests/docs/foreign_names.txt: no document uses {name}" for name in sorted(foreign - check.used_foreign)]
    for path, text in documents.items():
        for block in markdown.split(text)[1]:
            if is_configuration(block):
                problems += configuration_problems(penstock, path, block)
            if block.language == "json":
                problems += json_problems(path, block)
    lines = documents["README.md"].count("\n")
    if lines > MAX_README_LINES:
        problems.append(f"README.md: {lines} lines, more than {MAX_README_LINES}")
    of_aws = checker.aws_problems(documents)
    if of_aws is None:
        print("no botocore (Debian: python3-botocore): the commands and permissions of AWS are not checked")
    problems += of_aws or []
    print("\n".join(problems))
    sys.exit(1 if problems else 0)


main()
