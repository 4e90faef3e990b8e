#!/usr/bin/env python3
"""Writes the option tables of docs/options.md from the option tables of the plugin.

usage: option-tables.py [--check] libpenstock.so

Replaces the lines between `<!-- options KIND ID -->` and `<!-- end options -->` with the table of that stage, and
those between `<!-- options FILE.so -->` and `<!-- end options -->` with the options that this file, which is in the
folder of libpenstock.so, has in addition to those of the stages. Fails if the document lacks a table. With --check it
writes nothing, and fails if the document is not current.
"""

import ctypes
import pathlib
import re
import sys

ROOT = pathlib.Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT / "tests" / "abi"))
sys.dont_write_bytecode = True

import penstock_ctypes  # noqa: E402

DOCUMENT = ROOT / "docs" / "options.md"
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
    old = DOCUMENT.read_text()
    missing = {name for name, infos in options.items() if infos} - {name for _, name, _ in PLACE.findall(old)}
    if missing:
        sys.exit(f"{DOCUMENT}: no place for the table of {', '.join(sorted(missing))}")
    new = PLACE.sub(lambda m: m[1] + table(options[m[2]]) + m[3], old)
    if not check:
        DOCUMENT.write_text(new)
    elif new != old:
        sys.exit(f"{DOCUMENT} is not current: run scripts/option-tables.py {library}")


main()
