#!/usr/bin/env bash
# Packs the release build of each architecture that scripts/release.sh has built, or of those that are named: into a
# tarball, a Debian package, an RPM package, and a carrier image, with an SBOM. The same build gives the same bytes.
# Leaves them with their SHA256SUMS in build/release/artifacts, and prints their paths. docs/install.md explains them.
#   scripts/package.sh [x86_64|aarch64]...
set -euo pipefail
cd "$(dirname "$0")/.."
umask 022
export LC_ALL=C  # the order of files does not depend on the language

architectures=("$@")
if [[ $# -eq 0 ]]; then
  for arch in x86_64 aarch64; do
    [[ ! -f build/release/$arch/libraries.json ]] || architectures+=("$arch")
  done
fi
[[ ${#architectures[@]} -gt 0 ]] || { echo "package: no release build in build/release; run scripts/release.sh" >&2; exit 1; }
for arch in "${architectures[@]}"; do
  [[ -f build/release/$arch/libraries.json ]] ||
    { echo "package: no release build of '$arch' in build/release; run scripts/release.sh $arch" >&2; exit 1; }
done
scripts/setup.sh package

version=$(sed -nE 's/^project\(penstock VERSION ([0-9.]+) .*/\1/p' CMakeLists.txt)
if [[ -z ${SOURCE_DATE_EPOCH:-} ]]; then
  SOURCE_DATE_EPOCH=$(git log -1 --format=%ct 2>/dev/null) || {
    SOURCE_DATE_EPOCH=0
    echo "package: git shows no commit here, so the files get the time 1970-01-01; set SOURCE_DATE_EPOCH to that of the commit" >&2
  }
fi
export SOURCE_DATE_EPOCH
artifacts=$PWD/build/release/artifacts
rm -rf "$artifacts"
mkdir -p "$artifacts"

for arch in "${architectures[@]}"; do
  built=$PWD/build/release/$arch
  files=$built/files
  release/packages/tree.sh "$built" "$arch" "$version" "$files"
  cp "$files/usr/share/doc/penstock/penstock.spdx.json" "$artifacts/penstock-$version-linux-$arch.spdx.json"
  release/packages/tarball.sh "$files" "$arch" "$version" "$artifacts"
  release/packages/image.sh "$files" "$arch" "$version" "$artifacts"
  release/packages/deb.sh "$files" "$arch" "$version" "$artifacts"
  release/packages/rpm.sh "$files" "$arch" "$version" "$artifacts" "$built/libraries.json"
done
(cd "$artifacts" && sha256sum -- penstock* >SHA256SUMS)
printf '%s\n' "$artifacts"/*
