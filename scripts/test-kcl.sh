#!/usr/bin/env bash
# Runs workers of Penstock next to workers of the Kinesis Client Library, in the versions that are given (default: 2.7.0
# and 3.5.1, the latter with the leases divided as by 2.x). The stream is in our model, the lease table in dynalite.
# Takes about ten minutes. Needs a JDK, Maven, npm, and their registries; exits with 77 if one is missing.
#   scripts/test-kcl.sh [VERSION...]
set -euo pipefail
cd "$(dirname "$0")/.."
source scripts/stages.sh

for tool in java javac mvn npm; do
  command -v "$tool" >/dev/null || { echo "skipped: no $tool here (Debian: default-jdk-headless, maven, npm)"; exit 77; }
done
versions=("$@")
[[ $# -gt 0 ]] || versions=(2.7.0 3.5.1)

build() { cmake --preset dev && cmake --build --preset dev --target kcl_test penstock -j "$jobs"; }
emulators() { tests/registry/npm.sh tests/e2e/emulators build/dev/emulators; }
library() { # VERSION
  local folder=$PWD/build/kcl/$1
  [[ -f $folder/installed ]] || timeout 600 mvn -q -B -f tests/e2e/kcl/pom.xml -Dkcl.version="$1" \
    dependency:copy-dependencies -DoutputDirectory="$folder/libraries" || return
  touch "$folder/installed"
  mkdir -p "$folder/classes"
  javac -nowarn -d "$folder/classes" -cp "$folder/libraries/*" tests/e2e/kcl/KclWorker.java
}
run() { # VERSION
  PENSTOCK_KCL_CLASS_PATH="$PWD/build/kcl/$1/classes:$PWD/build/kcl/$1/libraries/*" build/dev/bin/kcl_test
}

stage setup scripts/setup.sh test
stage build build
if stage emulators emulators; then
  for version in "${versions[@]}"; do
    stage "kcl-$version-library" library "$version" || true
    if [[ -f build/kcl/$version/classes/KclWorker.class ]]; then
      stage "kcl-$version" run "$version" || true
    else
      stage_skip "kcl-$version" "the library could not be installed"
    fi
  done
fi
stage_summary
