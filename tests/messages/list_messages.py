#!/usr/bin/env python3
"""Prints the errors and warnings of the sources, for docs/troubleshooting.md.

usage: list_messages.py [SOURCE_DIR]

Each line has a code, the class of the error (or the level of the log message), the text with "..." for its variable
parts, and the place. A code that several places raise has several lines.
"""
import pathlib
import sys

sys.dont_write_bytecode = True

import messages  # noqa: E402


def main():
    root = pathlib.Path(sys.argv[1] if len(sys.argv) > 1 else pathlib.Path(__file__).parents[2])
    for message in sorted(messages.messages(root)):
        print(f"{message.code}\t{message.kind or '-'}\t{message.text or '-'}\t{message.path}:{message.line}")


main()
