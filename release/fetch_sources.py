#!/usr/bin/env python3
"""Downloads the packages of sources.toml with cargo and pip, as they are configured on this machine, verifies their
SHA-256, and unpacks each into FOLDER/NAME. A package that is already there with that SHA-256 is not touched.

usage: fetch_sources.py FOLDER
"""
import hashlib
import os
import pathlib
import shutil
import subprocess
import sys
import tarfile
import tempfile
import tomllib
import zipfile

PINS = pathlib.Path(__file__).with_name("sources.toml")


def run_client(client, command, sources):
    """Runs the command of a registry's client, which downloads these sources and reports why it cannot."""
    try:
        subprocess.run(command, check=True)
    except FileNotFoundError:
        sys.exit(f"fetch_sources: {client} not found; run scripts/setup.sh release")
    except subprocess.CalledProcessError as error:
        names = ", ".join(source["package"] for source in sources)
        sys.exit(f"fetch_sources: {client} ended with status {error.returncode} and did not download {names}. Its message "
                 f"is above. If the registry cannot be reached, connect to a network or configure a mirror for {client} "
                 f"(cargo must be 1.70 or newer), and run this again; what is complete is not downloaded again")


def download_crates(sources, folder):
    """Returns the path of each .crate file. Cargo resolves a package that depends on all crates, so it also downloads
    their dependencies, which are not used."""
    lines = ["[package]", 'name = "sources"', 'version = "0.0.0"', "[lib]", 'path = "none.rs"', "[dependencies]"]
    for source in sources:
        name, version = source["package"].split("==")
        lines.append(f'{name} = {{ version = "={version.split("+")[0]}", default-features = false }}')
    (folder / "Cargo.toml").write_text("\n".join(lines) + "\n")
    (folder / "none.rs").touch()
    run_client("cargo", ["cargo", "fetch", "--quiet", "--manifest-path", folder / "Cargo.toml"], sources)
    cargo_home = pathlib.Path(os.environ.get("CARGO_HOME", pathlib.Path.home() / ".cargo"))
    names = [source["package"].replace("==", "-") + ".crate" for source in sources]
    paths = [next(cargo_home.glob(f"registry/cache/*/{name}"), None) for name in names]
    if None in paths:
        sys.exit(f"fetch_sources: cargo did not leave {names[paths.index(None)]} in {cargo_home}/registry/cache; its "
                 "configuration must name a registry, not vendored packages")
    return paths


def download_from_pypi(sources, folder):
    """Returns the path of each wheel or source archive; pip chooses the one with the pinned SHA-256."""
    paths = []
    for source in sources:
        to = folder / source["name"]
        requirement = to / "requirement.txt"
        to.mkdir()
        requirement.write_text(f"{source['package']} --hash=sha256:{source['sha256']}\n")
        run_client("pip", [sys.executable, "-m", "pip", "download", "--quiet", "--no-deps", "--require-hashes",
                           "--dest", to, "--requirement", requirement], [source])
        requirement.unlink()
        paths.extend(to.iterdir())
    return paths


def unpack(archive, to):
    """Unpacks the archive into to. The one folder of a source archive that contains all others is left out."""
    shutil.rmtree(to, ignore_errors=True)
    with tempfile.TemporaryDirectory(dir=to.parent) as temporary:
        inside = pathlib.Path(temporary) / to.name
        inside.mkdir()
        if archive.suffix == ".whl":
            with zipfile.ZipFile(archive) as opened:
                opened.extractall(inside)
        else:
            with tarfile.open(archive) as opened:
                # Python before 3.11.4 has no filters; the archive is one that sources.toml pins.
                opened.extractall(inside, **({"filter": "data"} if hasattr(tarfile, "data_filter") else {}))
            inside = next(inside.iterdir())
        inside.rename(to)


def main(folder):
    folder.mkdir(parents=True, exist_ok=True)
    with PINS.open("rb") as file:
        pins = [source for source in tomllib.load(file)["source"] if "registry" in source]
    stamps = {source["name"]: folder / f"{source['name']}.sha256" for source in pins}
    missing = [source for source in pins
               if not stamps[source["name"]].exists() or stamps[source["name"]].read_text() != source["sha256"]]
    for registry, download in (("crates", download_crates), ("pypi", download_from_pypi)):
        wanted = [source for source in missing if source["registry"] == registry]
        if not wanted:
            continue
        print("fetching", ", ".join(source["package"] for source in wanted), flush=True)
        with tempfile.TemporaryDirectory() as temporary:
            for source, archive in zip(wanted, download(wanted, pathlib.Path(temporary)), strict=True):
                found = hashlib.sha256(archive.read_bytes()).hexdigest()
                if found != source["sha256"]:
                    sys.exit(f"fetch_sources: {archive} has SHA-256 {found}, but sources.toml expects "
                             f"{source['sha256']}. Delete it and run this again, in case it was damaged. If it differs "
                             "again, do not use it before you know why")
                stamps[source["name"]].unlink(missing_ok=True)
                unpack(archive, folder / source["name"])
                stamps[source["name"]].write_text(source["sha256"])
    (folder / "zig/ziglang/zig").chmod(0o755)  # unpacking a wheel does not set the mode


if __name__ == "__main__":
    if len(sys.argv) != 2:
        sys.exit(__doc__.strip().splitlines()[-1])
    main(pathlib.Path(sys.argv[1]))
