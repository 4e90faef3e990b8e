#!/usr/bin/env python3
"""Checks that the table in docs/troubleshooting.md has every message code of the sources once, and no other.

usage: message_codes_test.py SOURCE_DIR

PS0000 is the code of a Status that is ok.
"""
import pathlib
import re
import sys

FOLDERS = ("base", "core", "plugin", "client", "fluentbit", "host")
CODE = re.compile(r'"(PS\d{4})')
COMMENT = re.compile(r"//.*$", re.M)  # has codes as examples
ROW = re.compile(r"^\| (PS\d{4}) \|", re.M)


def main(root):
    used = {"PS0000"}
    for folder in FOLDERS:
        for path in sorted((root / folder).rglob("*")):
            if path.suffix in (".cc", ".h"):
                used |= set(CODE.findall(COMMENT.sub("", path.read_text())))
    used.remove("PS0000")
    rows = ROW.findall((root / "docs/troubleshooting.md").read_text())
    problems = [f"{code} has no row: add it to the table in docs/troubleshooting.md" for code in sorted(used - set(rows))]
    problems += [f"{code} has a row, but no message has it" for code in sorted(set(rows) - used)]
    problems += [f"{code} has {rows.count(code)} rows" for code in sorted(set(rows)) if rows.count(code) > 1]
    print(*problems, sep="\n", file=sys.stderr)
    return 1 if problems else 0


sys.exit(main(pathlib.Path(sys.argv[1])))
