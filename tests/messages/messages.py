"""Finds the errors and warnings in the sources: their codes, texts, and classes."""

import pathlib
import re
from typing import NamedTuple

# The codes of each folder, and of the folders below it that have no line of their own.
RANGES = {
    "base": (1, 49),
    "plugin/abi": (50, 99),
    "plugin/stages": (50, 199),
    "plugin": (100, 199),
    "core/aws": (200, 299),
    "core/kinesis/input": (300, 399),
    "core/kinesis/output": (400, 499),
    "core/leases": (500, 599),
    "core/kinesis/queue": (620, 649),
    "core/kinesis": (600, 649),
    "core/posix": (650, 699),
    "core/logs": (700, 749),
    "host/conf": (800, 899),
    "host/plan": (800, 899),
    "host/modules": (800, 899),
    "host/fluentbit_check": (800, 899),
    "host": (800, 949),
    "fluentbit": (950, 999),
    "client": (950, 999),
}
FOLDERS = ("abi", "base", "client", "core", "fluentbit", "host", "plugin")
SUFFIXES = (".cc", ".h", ".c")
NO_ERROR = "PS0000"  # of a Status that is ok

CODE = re.compile(r'"(PS\d{4})"')
TOKEN = re.compile(r'R"\((.*?)\)"|"((?:[^"\\\n]|\\.)*)"|//[^\n]*|/\*.*?\*/|\'(?:[^\'\\\n]|\\.)+\'', re.DOTALL)
OPENING, CLOSING = "([{", ")]}"


class Message(NamedTuple):
    """One place that uses a code."""

    code: str
    kind: str  # "warn", "error", or the class of a Status, such as "config"; "": unknown
    text: str  # with "..." for each part that is not a literal; "": the text is elsewhere
    path: str  # of the file, from the root of the project
    line: int


def folder_of(path):
    """Returns the folder of RANGES that a file belongs to, or None."""
    parts = path.split("/")[:-1]
    while parts:
        if "/".join(parts) in RANGES:
            return "/".join(parts)
        parts.pop()
    return None


def sources(root):
    """Yields path and text of each file of the product."""
    for folder in FOLDERS:
        for path in sorted(pathlib.Path(root, folder).rglob("*")):
            if path.suffix in SUFFIXES:
                yield path.relative_to(root).as_posix(), path.read_text()


def without_comments(text):
    """Returns text with each comment replaced by as many blanks."""

    def blank(match):
        token = match.group(0)
        return re.sub(r"[^\n]", " ", token) if token.startswith(("//", "/*")) else token

    return TOKEN.sub(blank, text)


def rest_of_call(text, begin):
    """Returns the text from begin to the bracket that closes the call or initializer around it."""
    depth, at = 0, begin
    while at < len(text):
        literal = TOKEN.match(text, at)
        if literal:
            at = literal.end()
            continue
        if text[at] in OPENING:
            depth += 1
        elif text[at] in CLOSING:
            depth -= 1
            if depth < 0:
                break
        elif text[at] == ";":
            break
        at += 1
    return text[begin:at]


def skeleton(expression):
    """Returns the literals of an expression, joined by "..." where it has anything else."""
    parts, at = [], 0
    for match in TOKEN.finditer(expression):
        between = re.sub(r"[\s+,(){}]|std::string", "", expression[at : match.start()])
        if match.group(0).startswith("'"):
            continue
        parts.append("|" if between == ":" and parts else "..." if between else "")
        parts.append(match.group(1) if match.group(1) is not None else match.group(2).replace('\\"', '"'))
        at = match.end()
    if re.sub(r"[\s+,(){}]", "", expression[at:]):
        parts.append("...")
    return re.sub(r"(\.\.\.)+", "...", "".join(parts))


def kind_of(before):
    """Returns the class or level of a message from the text before its code."""
    if choice := re.search(r"Code::(\w+)\s*:\s*Code::(\w+)\s*,\s*$", before):
        return "|".join(choice.groups())
    call = re.search(r"(?:\bCode::(\w+),|\b(warn|error)_?\()\s*$", before)
    return (call.group(1) or call.group(2)) if call else ""


def messages_in(path, text):
    """Returns the messages of one file."""
    found = []
    text = without_comments(text)
    for match in CODE.finditer(text):
        if match.group(1) == NO_ERROR:
            continue
        line = text.count("\n", 0, match.start()) + 1
        before = text[max(0, match.start() - 300) : match.start()]
        after = rest_of_call(text, match.end())
        if after.lstrip().startswith(","):
            found.append(Message(match.group(1), kind_of(before), skeleton(after), path, line))
        elif io_error := re.search(r"\bio_error\(((?:(?!io_error)[^;])*),[^,]*,\s*$", before):
            found.append(Message(match.group(1), "io", skeleton(io_error.group(1)), path, line))
        else:
            found.append(Message(match.group(1), "", "", path, line))
    return found


def messages(root):
    """Returns the messages of the product, in the order of the files."""
    return [message for path, text in sources(root) for message in messages_in(path, text)]
