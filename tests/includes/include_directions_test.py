#!/usr/bin/env python3
"""Checks the direction of every #include between folders of the project.

usage: include_directions_test.py SOURCE_DIR

Fails if a file includes a header of a folder that its own folder may not include, if a file is in a folder that the
table does not list, or if the includes of several folders form a cycle.
"""
import os
import pathlib
import re
import sys

# FOLDER: the folders that it may include besides itself. "core/" means core and every folder below it.
TABLE = """
abi:
base:                     abi
core:                     abi base
core/aws:                 abi base core
core/aws/credentials:     abi base core core/aws
core/logs/decode:         abi base
core/logs/lambda:         abi base
core/logs/record:         abi base core/logs/lambda
core/kinesis:             abi base core core/aws
core/kinesis/input:       abi base core core/aws core/kinesis core/logs/decode
core/kinesis/output:      abi base core core/aws core/kinesis
core/kinesis/queue:       abi base core core/aws core/kinesis core/kinesis/input
core/leases:              abi base core core/aws core/kinesis core/kinesis/input
core/posix:               abi base core

plugin/abi:               abi base core core/posix
plugin/settings:          abi base core/ plugin/abi
plugin/commands:          abi base core/ plugin/abi plugin/settings
plugin/stages:            abi base core/ plugin/abi plugin/settings plugin/commands
plugin:                   abi plugin/

client:                   abi base
fluentbit/agent:          abi base client
fluentbit/msgpack:        abi base client
fluentbit/input:          abi base client fluentbit/agent fluentbit/msgpack
fluentbit/output:         abi base client fluentbit/agent fluentbit/msgpack
fluentbit/filter:         abi base client fluentbit/agent fluentbit/msgpack

host/util:                abi base client
host/http:                base client
host/top:                 base client host/util
host/modules:             abi base client host/util
host/conf:                abi base client host/util host/http host/modules
host/plan:                abi base client host/util host/modules host/conf
host/pipeline:            abi base client host/util host/http host/modules host/conf host/plan
host/observe:             abi base client host/util host/http host/modules host/conf host/plan host/pipeline
host/fluentbit_check:     abi base client host/util host/modules host/conf host/plan
host/replay:              abi base client host/util host/modules host/conf host/plan host/pipeline
host/transform:           abi base client host/util host/modules host/conf host/plan host/pipeline
host/commands:            abi base client host/
host:                     abi base client host/

bench:                    abi base core/ fluentbit/ host/ tests/
tests:                    abi base core/
tests/model_kinesis:
tests/model_dynamodb:     base core core/aws core/leases tests/model_kinesis
tests/model_iam:          tests/model_kinesis
tests/iam:                abi base core/ plugin/ tests tests/model_dynamodb tests/model_iam tests/model_kinesis tests/sim
tests/sim:                abi base core/ tests tests/model_dynamodb tests/model_kinesis tests/unit/core/logs
tests/simulator:          abi base core/ host/http host/pipeline tests tests/model_dynamodb tests/model_kinesis tests/sim
tests/simulator/mutations: tests/simulator
tests/monitoring:         abi base client core/ host/ plugin/abi tests tests/model_dynamodb tests/model_kinesis tests/sim
tests/abi:                abi tests tests/unit/core/posix
tests/abi/allocation:     abi core/leases tests tests/abi tests/model_dynamodb tests/model_kinesis
tests/e2e:                abi tests tests/model_kinesis
tests/release:            abi tests tests/e2e
tests/e2e/emulators:      abi base tests tests/e2e tests/model_dynamodb tests/model_kinesis
tests/e2e/sdk:            base tests/e2e tests/model_kinesis
tests/e2e/kcl:            abi tests tests/e2e tests/e2e/emulators tests/e2e/sdk tests/model_dynamodb tests/model_kinesis
tests/fluentbit:          abi tests tests/e2e
tests/fuzz:               abi base core/ host/http tests
tests/soak:               tests tests/e2e
"""
# tests/unit mirrors the folders above. Its folders may include every folder.
UNIT_TESTS = "tests/unit"
TOP_FOLDERS = ("abi", "base", "core", "plugin", "client", "fluentbit", "host", "tests", "bench")
# Headers that the include path finds elsewhere: a generated one, and the installed name of abi/penstock.h.
NOT_IN_THE_TREE = {"mutations.inc", "penstock.h"}
INCLUDE = re.compile(r'^[ \t]*#[ \t]*include[ \t]*"([^"]+)"', re.MULTILINE)


def is_below(folder, parent):
    return folder == parent or folder.startswith(parent + "/")


def read_table():
    """Returns the set of folders that each folder of the table may include."""
    rows = dict(line.split(":", 1) for line in TABLE.splitlines() if line)
    allowed = {}
    for folder, names in rows.items():
        allowed[folder] = {folder}
        for name in names.split():
            if name.endswith("/"):
                allowed[folder] |= {row for row in rows if is_below(row, name[:-1])}
            else:
                allowed[folder].add(name)
    return allowed


def allowed_from(folder, table):
    """Returns the predicate for the folders that a folder may include, or None if the table does not list it."""
    if folder in table:
        return lambda target: target in table[folder]
    if is_below(folder, UNIT_TESTS):
        subject = folder[len(UNIT_TESTS) + 1:]
        if any(is_below(row, subject) for row in table):
            return lambda target: True
    return None


def source_files(root):
    for top in TOP_FOLDERS:
        for path in sorted((root / top).rglob("*")):
            if path.suffix in (".h", ".cc", ".c"):
                yield path.relative_to(root).as_posix()


def find_cycle(edges):
    """Returns the folders of one cycle, the first repeated at the end, or None. edges: folder -> folders."""
    done = set()

    def search(folder, path):
        if folder in path:
            return path[path.index(folder):] + [folder]
        if folder in done:
            return None
        for target in sorted(edges.get(folder, {})):
            cycle = search(target, path + [folder])
            if cycle:
                return cycle
        done.add(folder)
        return None

    for folder in sorted(edges):
        cycle = search(folder, [])
        if cycle:
            return cycle
    return None


def main(root):
    table = read_table()
    errors = []
    edges = {}  # folder -> folder that it includes -> one such include, as text
    for file in source_files(root):
        folder = os.path.dirname(file)
        may_include = allowed_from(folder, table)
        if may_include is None:
            errors.append(f"{file}: the table does not list {folder}/; add a row that says what it may include")
            continue
        for header in INCLUDE.findall((root / file).read_text()):
            if header in NOT_IN_THE_TREE:
                continue
            target = os.path.dirname(header)
            if not (root / header).is_file():
                errors.append(f'{file}: #include "{header}": no such file; write its path from the top of the tree')
            elif not may_include(target):
                errors.append(f'{file}: #include "{header}": {folder}/ may not include {target}/')
            elif target != folder:
                edges.setdefault(folder, {}).setdefault(target, f'{file} includes "{header}"')
    cycle = find_cycle(edges)
    if cycle:
        errors.append("these includes form a cycle of folders: " +
                      ", ".join(edges[a][b] for a, b in zip(cycle, cycle[1:])))
    for error in errors:
        print(error, file=sys.stderr)
    if errors:
        print("allowed directions: the table in tests/includes/include_directions_test.py", file=sys.stderr)
    return 1 if errors else 0


sys.exit(main(pathlib.Path(sys.argv[1])))
