#!/usr/bin/env python3
"""Writes the option tables of the documents from the plugin's own tables.

usage: option-tables.py [--check] libpenstock.so

In README.md and docs/*.md the lines between `<!-- options KIND ID -->` and `<!-- end options -->` are replaced
by the table of that stage; those behind `<!-- options FILE.so -->` by the options that this file, which lies beside
libpenstock.so, has over those of its stages. With --check nothing is written, and a document that is not current is
an error.
"""

import ctypes
import pathlib
import re
import sys

ROOT = pathlib.Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT / "tests" / "abi"))
sys.dont_write_bytecode = True

import penstock_ctypes  # noqa: E402

PLACE = re.compile(r"(<!-- options (.+?) -->\n).*?(<!-- end options -->)", re.S)


def cell(text):
    return text.decode().replace("|", "\\|")


def table(options):
    lines = ["| option | value | default | what it does |", "|---|---|---|---|"]
    for info in options:
        if info.required:
            default = "**must be given**"
        else:
            default = f"`{cell(info.default_value)}`" if info.default_value else ""
        lines.append(f"| `{cell(info.name)}` | {cell(info.type)} | {default} | {cell(info.help)} |")
    return "\n".join(lines) + "\n"


def main():
    check = "--check" in sys.argv[1:]
    library = next(a for a in sys.argv[1:] if a != "--check")
    options = {}
    for (kind, name), stage in penstock_ctypes.stages(library).items():
        options[f"{penstock_ctypes.KINDS[kind]} {name}"] = stage.option_infos()
    known = {info.name for infos in options.values() for info in infos}
    for file in pathlib.Path(library).parent.glob("*.so"):
        if hasattr(ctypes.CDLL(str(file)), "penstock_module_v1"):
            infos = [info for stage in penstock_ctypes.stages(file).values() for info in stage.option_infos()]
            options[file.name] = [info for info in infos if info.name not in known]
    stale = []
    for path in [ROOT / "README.md", *sorted((ROOT / "docs").glob("*.md"))]:
        if not path.exists():
            continue
        old = path.read_text()
        new = PLACE.sub(lambda m: m[1] + table(options[m[2]]) + m[3], old)
        if new == old:
            continue
        stale.append(path.relative_to(ROOT))
        if not check:
            path.write_text(new)
    if check and stale:
        sys.exit(f"not current: {', '.join(map(str, stale))}; run scripts/option-tables.py {library}")


main()
