#!/usr/bin/env python3
"""Checks the messages in docs/troubleshooting.md against the sources.

usage: message_codes_test.py SOURCE_DIR

The table must have every code once, and no other. A message that the page quotes ("> PS0123: text") must be one of the
texts of its code, with "..." for each part that varies.
"""
import pathlib
import re
import sys

sys.dont_write_bytecode = True
sys.path.insert(0, str(pathlib.Path(__file__).parents[1] / "messages"))

import messages  # noqa: E402

CODE = re.compile(r'"(PS\d{4})')
ROW = re.compile(r"^\| (PS\d{4}) \|", re.M)
QUOTE = re.compile(r"^> (PS\d{4}): ((?:.*\n)(?:> .*\n)*)", re.M)


def row_problems(root, page):
    used = set()
    for _, text in messages.sources(root):
        used |= set(CODE.findall(messages.without_comments(text)))
    used.discard(messages.NO_ERROR)
    rows = ROW.findall(page)
    yield from (f"{code} has no row: add it to the table" for code in sorted(used - set(rows)))
    yield from (f"{code} has a row, but no message has it" for code in sorted(set(rows) - used))
    yield from (f"{code} has {rows.count(code)} rows" for code in sorted(set(rows)) if rows.count(code) > 1)


def is_quoted(text, quote):
    """Returns whether the quote is the text, with anything in place of "..."."""
    return re.fullmatch(".+".join(re.escape(part) for part in text.split("...")), quote)


def quote_problems(root, page):
    texts = {}
    for message in messages.messages(root):
        texts.setdefault(message.code, set()).add(message.text)
    for code, lines in QUOTE.findall(page):
        quote = " ".join(lines.replace("\n> ", " ").split()).replace("&lt;", "<")
        known = texts.get(code, set())
        if "" not in known and not any(is_quoted(text, quote) for text in known):
            yield f"{code} is quoted as '{quote}', but its text is " + " or ".join(f"'{text}'" for text in sorted(known))


def main(root):
    page = (root / "docs/troubleshooting.md").read_text()
    problems = [*row_problems(root, page), *quote_problems(root, page)]
    if not QUOTE.search(page):
        problems.append("no message is quoted")
    print(*(f"docs/troubleshooting.md: {problem}" for problem in problems), sep="\n", file=sys.stderr)
    return 1 if problems else 0


sys.exit(main(pathlib.Path(sys.argv[1])))
