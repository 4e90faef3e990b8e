#!/usr/bin/env python3
"""Generates the sources of penstock-simulate-mutants: copies of files of core/ with the bugs of mutations.toml.

mutate.py --files TABLE             prints the files that have a mutation
mutate.py TABLE SOURCE_DIR OUT_DIR  writes the copies, and mutations.inc, the table for C++
"""
import pathlib
import re
import sys
import tomllib

MARKER = re.compile(r"// mutation: (.*)\n")
BLANK = re.compile(r"(?:\s|//[^\n]*\n)*")
# Comments, strings and characters, so that their text is not searched; then what parts_of() looks at.
TOKEN = re.compile(r"""//[^\n]*|/\*.*?\*/|R"\(.*?\)"|"(?:\\.|[^"\\])*"|'(?:\\.|[^'\\])'"""
                   r"""|\breturn\b|[-=!<>+*/%&|^]=|[][(){};=]""", re.DOTALL)
PARTS = ("statement", "condition", "value")


def read(table):
    return tomllib.loads(pathlib.Path(table).read_text())["mutation"]


def quoted(text):
    return '"' + text.replace("\\", "\\\\").replace('"', '\\"') + '"'


def parts_of(text, start):
    """Returns the range of each part of the statement after start, or None if the statement has no end."""
    start = BLANK.match(text, start).end()
    depth, ranges = 0, {}
    condition = value = None
    for token in TOKEN.finditer(text, start):
        if token[0] in ("(", "[", "{"):
            if token[0] == "(" and depth == 0 and condition is None:
                condition = token.end()
            depth += 1
        elif token[0] in (")", "]", "}"):
            depth -= 1
            if depth == 0 and condition is not None:
                ranges.setdefault("condition", (condition, token.start()))
        elif token[0] in ("=", "return") and depth == 0 and value is None:
            value = token.end()
        if depth < 0:
            return None
        if depth == 0 and (token[0] == ";" or token[0] == "}" and value is None):
            ranges["statement"] = (start, token.end())
            if value is not None:
                ranges["value"] = (value, token.start())
            return ranges
    return None


def edit(text, start, part, replacement, number):
    """Returns the text with one part of the statement after start replaced."""
    ranges = parts_of(text, start)
    if ranges is None:
        raise ValueError("the statement after its marker has no end")
    if part not in ranges:
        raise ValueError(f"the statement after its marker has no {part}")
    begin, end = ranges[part]
    old = text[begin:end] if part == "statement" else f"({text[begin:end].strip()})"
    new = replacement.replace("MUTATED", f"penstock::mutated({number})").replace("$", old)
    space = " " if part == "value" else ""
    return text[:begin] + space + new + text[end:]


def edits_of(mutation):
    """Returns the (part, replacement) of each edit, in the order of its markers in the file."""
    tables = mutation.get("edits", [mutation])
    edits = [(part, table[part]) for table in tables for part in PARTS if part in table]
    if not edits:
        raise ValueError(f"expected {', '.join(PARTS)} or edits")
    if not all("MUTATED" in replacement for _, replacement in edits):
        raise ValueError("an edit without MUTATED")
    return edits


def check_markers(mutations, source):
    """Raises if a marker in core/ has no mutation, or one for another file."""
    files = {mutation["name"]: mutation["file"] for mutation in mutations}
    if len(files) != len(mutations):
        raise ValueError("mutations.toml has two mutations of one name")
    for path in sorted(path for path in (source / "core").rglob("*") if path.suffix in (".h", ".cc")):
        text, file = path.read_text(), path.relative_to(source).as_posix()
        for marker in MARKER.finditer(text):
            if files.get(marker[1]) != file:
                line = text.count("\n", 0, marker.start()) + 1
                expected = f"expects it in {files[marker[1]]}" if marker[1] in files else "has no such mutation"
                raise ValueError(f"{file}:{line}: marker '// mutation: {marker[1]}': mutations.toml {expected}")


def mutate(mutations, source, out):
    check_markers(mutations, source)
    copies = {}
    for number, mutation in enumerate(mutations, 1):
        name, file = mutation["name"], mutation["file"]
        if file not in copies:
            copies[file] = (source / file).read_text()
        try:
            edits = edits_of(mutation)
            ends = [marker.end() for marker in MARKER.finditer(copies[file]) if marker[1] == name]
            if len(ends) != len(edits):
                raise ValueError(f"expected {len(edits)} of the marker '// mutation: {name}', found {len(ends)}")
            # The last one first, so that the ends of the others stay valid.
            for end, (part, replacement) in reversed(list(zip(ends, edits))):
                copies[file] = edit(copies[file], end, part, replacement, number)
        except ValueError as error:
            raise ValueError(f"mutation '{name}' in {file}: {error}") from error
    for file, copy in copies.items():
        path = out / file
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(f'#include "tests/simulator/mutations/mutated.h"\n#line 1 "{source / file}"\n{copy}')
    rows = [f'{{{quoted(m["name"])}, {quoted(m["file"])}, {m["within"]}, {str(m.get("kcl", False)).lower()}}},\n' for m in mutations]
    (out / "mutations.inc").write_text("".join(rows))


def main(arguments):
    if arguments[0] == "--files":
        print(";".join(sorted({mutation["file"] for mutation in read(arguments[1])})), end="")
        return
    try:
        mutate(read(arguments[0]), pathlib.Path(arguments[1]), pathlib.Path(arguments[2]))
    except ValueError as error:
        sys.exit(f"mutate.py: {error}")


if __name__ == "__main__":
    main(sys.argv[1:])
