#!/usr/bin/env python3
"""Checks that each folder's code is in the folder's namespace.

usage: namespaces_test.py SOURCE_DIR

Fails if a file opens a namespace that is neither its folder's nor inside it.
"""
import pathlib
import re
import sys

# Folder: namespace. It holds for the folders below, too, and for those of tests/unit that mirror them.
NAMESPACES = {
    "base": "penstock",
    "core": "penstock",
    "core/aws": "penstock::aws",
    "core/kinesis": "penstock::kinesis",
    "core/leases": "penstock::leases",
    "core/logs": "penstock::logs",
    "core/posix": "penstock::posix",
    "plugin": "penstock::plugin",
    "client": "penstock::client",
    "fluentbit": "penstock::fluentbit",
    "host": "penstock::host",
}
UNIT_TESTS = "tests/unit/"
# The line on which a namespace with a name begins, perhaps with its end, or the line on which one ends.
BEGIN_OR_END = re.compile(r"^(?:namespace ([\w:]+) \{(.*)|\}  // namespace [\w:]+)$", re.MULTILINE)


def namespace_of(folder):
    while folder not in NAMESPACES:
        folder = folder.rpartition("/")[0]
    return NAMESPACES[folder]


def opened_by(text):
    """Yields the full name of each namespace that a file opens."""
    around = []
    for name, rest in BEGIN_OR_END.findall(text):
        if not name:
            around = around[:-1]
            continue
        yield "::".join([*around, name])
        if not rest.endswith("}"):
            around.append(name)


def main(root):
    errors = []
    for top in sorted({folder.split("/")[0] for folder in NAMESPACES}):
        for parent in (root / top, root / UNIT_TESTS / top):
            for path in sorted(parent.rglob("*")):
                if path.suffix not in (".h", ".cc"):
                    continue
                file = path.relative_to(root).as_posix()
                expected = namespace_of(file.removeprefix(UNIT_TESTS).rpartition("/")[0])
                for name in opened_by(path.read_text()):
                    inside = name == expected or name.startswith(expected + "::")
                    if not inside or (expected == "penstock" and name in NAMESPACES.values() and name != expected):
                        errors.append(f"{file}: namespace {name}: the folder's is {expected}")
    for error in errors:
        print(error, file=sys.stderr)
    if errors:
        print("namespaces of folders: the table in tests/includes/namespaces_test.py", file=sys.stderr)
    return 1 if errors else 0


sys.exit(main(pathlib.Path(sys.argv[1])))
