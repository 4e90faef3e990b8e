#!/usr/bin/env bash
# Runs workers of Penstock next to workers of the Kinesis Client Library, in the versions that are given (default: 2.7.0
# and 3.5.1, the latter with the leases divided as by 2.x), and reads what the Kinesis Producer Library aggregates. The
# stream is in our model, the lease table in dynalite. Takes about ten minutes. Needs a JDK, Maven, npm, and their registries; exits with 77 if one is missing.
#   scripts/test-kcl.sh [VERSION...]
set -euo pipefail
cd "$(dirname "$0")/.."
source scripts/stages.sh

for tool in java javac mvn npm; do
  command -v "$tool" >/dev/null || { echo "skipped: no $tool here (Debian: default-jdk-headless, maven, npm)"; exit 77; }
done
versions=("$@")
[[ $# -gt 0 ]] || versions=(2.7.0 3.5.1)
kpl=1.0.7

build() { cmake --preset dev && cmake --build --preset dev --target kcl_test penstock -j "$jobs"; }
emulators() { tests/registry/npm.sh tests/e2e/emulators build/dev/emulators; }
library() { # ARTIFACT VERSION PROGRAM
  local folder=$PWD/build/kcl/$1-$2
  [[ -f $folder/installed ]] || timeout 600 mvn -q -B -f tests/e2e/kcl/pom.xml -Dartifact="$1" -Dartifact.version="$2" \
    dependency:copy-dependencies -DoutputDirectory="$folder/libraries" || return
  touch "$folder/installed"
  mkdir -p "$folder/classes"
  javac -nowarn -d "$folder/classes" -cp "$folder/libraries/*" "tests/e2e/kcl/$3.java"
}
class_path() { echo "$PWD/build/kcl/$1/classes:$PWD/build/kcl/$1/libraries/*"; }
run_kcl() { PENSTOCK_KCL_CLASS_PATH=$(class_path "amazon-kinesis-client-$1") build/dev/bin/kcl_test; }
run_kpl() { PENSTOCK_KPL_CLASS_PATH=$(class_path "amazon-kinesis-producer-$kpl") build/dev/bin/kcl_test --gtest_filter='*kpl*'; }

stage setup scripts/setup.sh test
stage build build
if stage emulators emulators; then
  for version in "${versions[@]}"; do
    stage "kcl-$version-library" library amazon-kinesis-client "$version" KclWorker &&
      { stage "kcl-$version" run_kcl "$version" || true; }
  done
fi
stage kpl-library library amazon-kinesis-producer "$kpl" KplWriter && { stage kpl run_kpl || true; }
stage_summary
