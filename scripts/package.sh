#!/usr/bin/env bash
# Builds and packs the installed files: a Debian package, and a tarball to unpack under /opt. Prints the paths of
# both.
set -euo pipefail
cd "$(dirname "$0")/.."
source scripts/stages.sh

scripts/setup.sh package
cmake --preset release >/dev/null
cmake --build --preset release -j "$jobs"
(cd build/release && cpack)
printf '%s\n' "$PWD"/build/release/penstock*.deb "$PWD"/build/release/penstock*.tar.gz
