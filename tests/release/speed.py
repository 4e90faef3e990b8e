#!/usr/bin/env python3
"""Compares the speed of two builds of penstock-bench-table. Their runs alternate, and the fastest of each counts. Fails
if the whole pipeline, from gzip to signed calls, is more than 3% slower in the second build, with libdeflate or zlib.

usage: speed.py REGULAR RELEASE
"""
import re
import subprocess
import sys

TURNS = 5
LIMIT = 0.97
ROW = re.compile(r"(\S.*\S)\s+[0-9.]+\s+(\d+)\s+[0-9.]+")


def run(program):
    """Returns the rows as (stage, events per second); the stages of zlib have the names of those of libdeflate."""
    text = subprocess.run([program], check=True, text=True, stdout=subprocess.PIPE).stdout
    rows = [ROW.fullmatch(line.strip()) for line in text[text.index("events/s"):].splitlines()]
    return [(row.group(1), int(row.group(2))) for row in rows if row]


def main(regular, release):
    best = {regular: [], release: []}
    for _ in range(TURNS):
        for program, fastest in best.items():
            rows = run(program)
            best[program] = [max(old, new, key=lambda row: row[1]) for old, new in zip(fastest or rows, rows)]
    print(f"{'events/s':26} {'regular':>12} {'release':>12}")
    slow = False
    for (name, before), (_, after) in zip(best[regular], best[release], strict=True):
        print(f"{name:26} {before:12,} {after:12,} {100 * after / before:6.1f}%")
        slow |= name.endswith("put") and after < LIMIT * before
    return 1 if slow or not best[release] else 0


if __name__ == "__main__":
    if len(sys.argv) != 3:
        sys.exit(__doc__.strip().splitlines()[-1])
    sys.exit(main(*sys.argv[1:]))
