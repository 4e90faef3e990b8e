#!/usr/bin/env python3
"""Lists the static libraries of a release build, from sources.toml.

usage: list_libraries.py              prints name and version of each library, as penstock --version does
       list_libraries.py SOURCES OUT  writes OUT/libraries.json, and their license texts into OUT/licenses
"""
import json
import pathlib
import shutil
import sys
import tomllib

PINS = pathlib.Path(__file__).with_name("sources.toml")


def main(arguments):
    with PINS.open("rb") as file:
        sources = {source["name"]: source for source in tomllib.load(file)["source"]}
    libraries = [source for source in sources.values() if "license" in source]
    if not arguments:
        print(", ".join(f"{library['name']} {library['version']}" for library in libraries))
        return
    unpacked, out = map(pathlib.Path, arguments)
    shutil.rmtree(out / "licenses", ignore_errors=True)
    (out / "licenses").mkdir(parents=True)
    listed = []
    for library in libraries:
        package = sources[library.get("part_of", library["name"])]
        texts = []
        for text in library["texts"]:
            parts = [library["name"].replace(" ", "-"), *pathlib.Path(text).parts[:-1]]
            texts.append(f"licenses/{'-'.join(parts)}.txt")
            shutil.copyfile(unpacked / package["name"] / library["folder"] / text, out / texts[-1])
        listed.append({"name": library["name"], "version": library["version"], "license": library["license"],
                       "license_texts": texts, "source": {"registry": package["registry"],
                                                          "package": package["package"],
                                                          "sha256": package["sha256"]}})
    (out / "libraries.json").write_text(json.dumps(listed, indent=2) + "\n")


if __name__ == "__main__":
    if len(sys.argv) not in (1, 3):
        sys.exit("\n".join(__doc__.strip().splitlines()[2:]))
    main(sys.argv[1:])
