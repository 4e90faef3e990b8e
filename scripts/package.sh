#!/usr/bin/env bash
# Builds what is installed and packs it: a Debian package, and a tarball to unpack below /opt. Prints the files.
set -euo pipefail
cd "$(dirname "$0")/.."
source scripts/stages.sh

scripts/setup.sh package
cmake --preset release >/dev/null
cmake --build --preset release -j "$jobs"
(cd build/release && cpack)
printf '%s\n' "$PWD"/build/release/penstock*.deb "$PWD"/build/release/penstock*.tar.gz
