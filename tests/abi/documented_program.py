#!/usr/bin/env python3
"""Compiles the first C program that docs/abi.md shows and runs it: it must print the record of an END line.

usage: documented_program.py DOCUMENT.md FOLDER_OF_penstock.h libpenstock.so C_COMPILER
"""

import json
import pathlib
import re
import subprocess
import sys
import tempfile

document, include, library, compiler = sys.argv[1:]
programs = [p for p in re.findall(r"```c\n(.*?)```", pathlib.Path(document).read_text(), re.S) if "int main(" in p]
assert programs, f"{document} shows no program in C"
with tempfile.TemporaryDirectory() as folder:
    source = pathlib.Path(folder, "agent.c")
    source.write_text(programs[0])
    program = str(pathlib.Path(folder, "agent"))
    flags = ["-std=c99", "-Wall", "-Wextra", "-Werror", "-I", include]
    subprocess.run([compiler, *flags, str(source), "-o", program, "-ldl"], check=True)
    printed = subprocess.run([program, library], check=True, capture_output=True, text=True).stdout
print(printed, end="")
record = json.loads(printed)
assert record["lambda"] == {"event": "end", "requestId": "8f5fbb4b"}, record
