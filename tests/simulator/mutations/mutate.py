#!/usr/bin/env python3
"""Makes the sources of penstock-simulate-mutants: copies of files of core/ that hold the bugs of mutations.toml.

mutate.py --files TABLE            prints the files that there are to be
mutate.py TABLE SOURCE_DIR OUT_DIR writes them, and mutations.inc, the table for C++
"""
import pathlib
import sys
import tomllib


def read(table):
    return tomllib.loads(pathlib.Path(table).read_text())["mutation"]


def quoted(text):
    return '"' + text.replace("\\", "\\\\").replace('"', '\\"') + '"'


def mutate(mutations, source, out):
    copies = {}
    for number, mutation in enumerate(mutations, 1):
        file = mutation["file"]
        if file not in copies:
            text = (source / file).read_text()
            copies[file] = (text, f'#include "tests/simulator/mutations/mutated.h"\n#line 1 "{source / file}"\n' + text)
        original, copy = copies[file]
        for find, replacement in mutation["edits"]:
            if original.count(find) != 1 or copy.count(find) != 1:
                sys.exit(f'mutation "{mutation["name"]}": {file} has {original.count(find)} times, not once: {find}')
            copy = copy.replace(find, replacement.replace("MUTATED", f"penstock::mutated({number})"))
        copies[file] = (original, copy)
    for file, (_, copy) in copies.items():
        path = out / file
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(copy)
    rows = [f'{{{quoted(m["name"])}, {quoted(m["file"])}, {m["within"]}}},\n' for m in mutations]
    (out / "mutations.inc").write_text("".join(rows))


if sys.argv[1] == "--files":
    print(";".join(sorted({mutation["file"] for mutation in read(sys.argv[2])})), end="")
else:
    mutate(read(sys.argv[1]), pathlib.Path(sys.argv[2]), pathlib.Path(sys.argv[3]))
