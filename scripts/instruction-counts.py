#!/usr/bin/env python3
"""Compares two files of instruction counts, each a list of what the counts depend on ("glibc 2.36") and of counts
("job split 3512479"). Prints each job whose count differs by more than 3%.

usage: instruction-counts.py BEFORE AFTER

Exit status: 0 if no count differs that much, 1 if one does or if the jobs are not the same, 2 if a file is not
valid, and 77 if the counts depend on different things, such as compilers: then they say nothing about each other.
"""
import sys

TOLERANCE = 0.03
DIFFERS, INVALID, NOT_COMPARABLE = 1, 2, 77


def read(path):
    """Returns what the counts depend on, and the counts."""
    environment, counts = {}, {}
    with open(path, encoding="utf-8") as lines:
        for line in lines:
            words = line.split(maxsplit=1)
            if not words or words[0].startswith("#"):
                continue
            name, value = words[0], words[1].strip()
            if name == "job":
                job, count = value.split()
                counts[job] = int(count)
            else:
                environment[name] = value
    if not counts:
        raise ValueError("it has no counts")
    return environment, counts


def compare(before, after):
    (environment, old), (new_environment, new) = before, after
    others = [name for name in sorted(environment | new_environment)
              if environment.get(name) != new_environment.get(name)]
    if others:
        print("the counts cannot be compared:")
        for name in others:
            print(f"  {name}: {environment.get(name, 'unknown')} before, {new_environment.get(name, 'unknown')} now")
        return NOT_COMPARABLE
    status = 0
    for job in old | new:
        if job not in old or job not in new:
            print(f"{job:16} {'only before' if job in old else 'only now'}")
            status = DIFFERS
        elif abs(new[job] - old[job]) > TOLERANCE * old[job]:
            print(f"{job:16} {old[job]:12,} -> {new[job]:12,}  {100 * (new[job] / old[job] - 1):+.1f}%")
            status = DIFFERS
    return status


def main(before, after):
    files = []
    for path in (before, after):
        try:
            files.append(read(path))
        except (OSError, ValueError, IndexError) as problem:
            print(f"{path}: {problem}", file=sys.stderr)
            return INVALID
    return compare(*files)


if __name__ == "__main__":
    if len(sys.argv) != 3:
        sys.exit(__doc__)
    sys.exit(main(*sys.argv[1:]))
