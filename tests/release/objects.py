#!/usr/bin/env python3
"""Checks what the files of a release build need and export, from the output of readelf: only glibc's own libraries, no
symbol newer than glibc 2.28, glibc's memcpy and no other, exactly the exports of the maps, no library path, no executable
stack, position-independent code, and full RELRO. Prints one line for each file. Without a release build, exits with 77.

usage: objects.py PROJECT [INSTALLED_FOLDER...]
"""
import pathlib
import re
import subprocess
import sys

NEWEST_GLIBC = (2, 28)
LIBRARIES = re.compile(r"(libc\.so\.6|libm\.so\.6|libdl\.so\.2|libpthread\.so\.0|ld-linux-(x86-64|aarch64)\.so\.[12])")
# Each file, and the map that lists its exports; the program exports nothing.
FILES = {
    "bin/penstock": None,
    "lib/penstock/libpenstock.so": "abi/penstock.map",
    "lib/penstock/penstock-in-kinesis.so": "fluentbit/input/in_kinesis.map",
    "lib/penstock/penstock-out-kinesis.so": "fluentbit/output/out_kinesis.map",
    "lib/penstock/flb-filter_lambda_logs.so": "fluentbit/filter/filter_lambda_logs.map",
}


def readelf(option, path):
    return subprocess.run(["readelf", "--wide", option, path], check=True, text=True, stdout=subprocess.PIPE,
                          env={"LC_ALL": "C", "PATH": "/usr/bin:/bin"}).stdout


def named_in(exports_map):
    listed = re.search(r"global:(.*)local:", exports_map.read_text(), re.DOTALL).group(1)
    return set(re.findall(r"\w+", listed))


def symbols(path):
    """Returns the names of the imported and of the exported symbols of the dynamic symbol table."""
    imported, exported = set(), set()
    for line in readelf("--dyn-syms", path).splitlines():
        fields = line.split()
        if len(fields) >= 8 and fields[0][:-1].isdigit() and fields[4] in ("GLOBAL", "WEAK"):
            (imported if fields[6] == "UND" else exported).add(fields[7].split("@")[0])
    return imported, exported


def problems_of(path, exports):
    """Yields what is wrong with a file; prints its line."""
    dynamic, headers, versions = readelf("-d", path), readelf("-l", path), readelf("-V", path)
    needed = re.findall(r"\(NEEDED\).*\[(.*)\]", dynamic)
    yield from (f"needs {name}" for name in needed if not LIBRARIES.fullmatch(name))
    wanted = set(re.findall(r"Name: (\S+)", versions[versions.find("Version needs"):]))
    numbers = [tuple(map(int, name[6:].split("."))) for name in wanted if re.fullmatch(r"GLIBC_[0-9.]+", name)]
    yield from (f"needs the symbol version {name}" for name in sorted(wanted) if not re.fullmatch(r"GLIBC_[0-9.]+", name))
    newest = max(numbers, default=())
    if not newest:
        yield "has no symbol version of glibc, so this test does not read it correctly"
    if newest > NEWEST_GLIBC:
        yield f"needs glibc {'.'.join(map(str, newest))}"
    imported, exported = symbols(path)
    if exported != exports:
        yield f"exports {sorted(exported)}, not {sorted(exports)}"
    yield from (f"has a {name} of its own, not glibc's" for name in ("memcpy", "memmove", "memset") if name not in imported)
    if re.search(r"\((RPATH|RUNPATH)\)", dynamic):
        yield "has a library path"
    if not re.search(r"GNU_STACK\s.*\sRW\s", headers):
        yield "has an executable stack"
    if "GNU_RELRO" not in headers or not re.search(r"BIND_NOW|FLAGS_1\).*NOW", dynamic):
        yield "is linked without full RELRO"
    if not re.search(r"file type is DYN", headers):
        yield "is not position-independent"
    if path.suffix == ".so" and not ("SYMBOLIC" in dynamic and "NODELETE" in dynamic):
        yield "is linked without -Bsymbolic or -z nodelete"
    if "TEXTREL" in dynamic:
        yield "has text relocations"
    print(f"{path}: {path.stat().st_size:,} bytes; glibc {'.'.join(map(str, newest))}; {' '.join(needed)}")


def main(project, folders):
    if not folders:
        folders = [install / "usr" for install in sorted(project.glob("build/release/*/install"))]
    if not folders:
        print("skipped: no release build (scripts/release.sh)")
        return 77
    failed = False
    for folder in folders:
        for name, exports_map in FILES.items():
            exports = named_in(project / exports_map) if exports_map else set()
            for problem in problems_of(folder / name, exports):
                print(f"{folder / name} {problem}", file=sys.stderr)
                failed = True
    return 1 if failed else 0


if __name__ == "__main__":
    if len(sys.argv) < 2:
        sys.exit(__doc__.strip().splitlines()[-1])
    sys.exit(main(pathlib.Path(sys.argv[1]), [pathlib.Path(folder) for folder in sys.argv[2:]]))
