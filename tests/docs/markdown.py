"""Reading Markdown documents: fenced blocks, code spans, headings, and links, with line numbers."""

import re
from typing import NamedTuple

FENCE = re.compile(r"^ {0,3}(```+)\s*(\w*)\s*$")
HEADING = re.compile(r"^#{1,6}\s+(.*?)\s*#*\s*$")
SPAN = re.compile(r"(`+)(.+?)\1")
LINK = re.compile(r"\[(?:[^\[\]]|\[[^\]]*\])*\]\(([^()\s]+)\)")
REFERENCE = re.compile(r"^[ \t]*\[[^\]]+\]:\s*(\S+)", re.M)


class Block(NamedTuple):
    line: int  # of its first line
    language: str
    text: str


def split(text):
    """Returns the text with its fenced blocks blanked, and the blocks."""
    prose, blocks = [], []
    fence, block = "", None
    for number, line in enumerate(text.split("\n"), 1):
        match = FENCE.match(line)
        if block is None and match:
            fence, block = match[1], Block(number + 1, match[2], "")
        elif block is not None and line.strip() == fence:
            blocks.append(block)
            block = None
        elif block is not None:
            block = block._replace(text=block.text + line + "\n")
        else:
            prose.append(line)
            continue
        prose.append("")
    assert block is None, f"the fenced block at line {block.line if block else 0} has no end"
    return "\n".join(prose), blocks


def anchors(text):
    """Returns the anchors of the headings, as GitHub makes them."""
    found = set()
    for line in split(text)[0].split("\n"):
        match = HEADING.match(line)
        if not match:
            continue
        title = re.sub(r"\[([^\]]*)\]\([^)]*\)", r"\1", match[1].replace("`", ""))
        base = re.sub(r"[^\w\- ]", "", title.lower()).replace(" ", "-")
        anchor, copies = base, 0
        while anchor in found:
            copies += 1
            anchor = f"{base}-{copies}"
        found.add(anchor)
    return found


def numbered(pattern, text):
    """Yields the line number and the match for each match of the pattern."""
    for match in pattern.finditer(text):
        yield text.count("\n", 0, match.start()) + 1, match


def links(prose):
    """Yields the line number and the target of each link. A code span may contain what looks like one."""
    prose = SPAN.sub(lambda m: "x" * len(m[0]), prose)
    for pattern in (LINK, REFERENCE):
        yield from ((line, match[1]) for line, match in numbered(pattern, prose))


def code_spans(prose):
    for line_number, line in enumerate(prose.split("\n"), 1):
        for match in SPAN.finditer(line):
            yield line_number, match[2].strip().replace("\\|", "|")
