#!/usr/bin/env python3
"""Checks that each message code belongs to a folder that raises it.

usage: codes_test.py SOURCE_DIR

Each folder has a range of codes (messages.RANGES). Another folder may raise a code too, if the cause and the remedy are
the same.
"""
import sys

sys.dont_write_bytecode = True

import messages  # noqa: E402


def is_in_range(message):
    first, last = messages.RANGES.get(messages.folder_of(message.path), (1, 0))
    return first <= int(message.code[2:]) <= last


def main(root):
    places = {}
    for message in messages.messages(root):
        places.setdefault(message.code, []).append(message)
    problems = [
        f"{found[0].path}:{found[0].line}: no folder that raises {code} has it in its range; "
        "tests/messages/messages.py has the ranges"
        for code, found in sorted(places.items())
        if not any(is_in_range(message) for message in found)
    ]
    if not places:
        problems.append(f"{root} has no message codes")
    print(*problems, sep="\n", file=sys.stderr)
    return 1 if problems else 0


sys.exit(main(sys.argv[1]))
