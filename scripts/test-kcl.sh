#!/usr/bin/env bash
# Runs the published Java libraries of AWS next to Penstock: workers of the Kinesis Client Library, in the versions that
# are given (default: 1.15.3, 2.7.0, 3.0.0, and 3.5.1), the Kinesis Producer Library, and the SDK. The streams are in our model,
# the lease table in dynalite, for KCL 3 in moto. Takes about half an hour. Needs a JDK, Maven, npm, pip, and their
# registries; exits with 77 if one is missing.
#   scripts/test-kcl.sh [VERSION...]
set -euo pipefail
cd "$(dirname "$0")/.."
source scripts/stages.sh

for tool in java javac mvn npm python3; do
  command -v "$tool" >/dev/null || { echo "skipped: no $tool here (Debian: default-jdk-headless, maven, npm)"; exit 77; }
done
versions=("$@")
[[ $# -gt 0 ]] || versions=(1.15.3 2.7.0 3.0.0 3.5.1)
kpl=1.0.7
sdk=2.59.1
kcl_3_0=  # class path, once it is installed

build() { cmake --preset dev && cmake --build --preset dev --target kcl_test penstock -j "$jobs"; }
emulators() {
  tests/registry/npm.sh tests/e2e/emulators build/dev/emulators &&
    tests/registry/pypi.sh "$(command -v python3)" tests/registry build/dev/pypi
}
library() { # GROUP ARTIFACT VERSION SOURCE...
  local folder=$PWD/build/kcl/$2-$3
  [[ -f $folder/installed ]] || timeout 600 mvn -q -B -f tests/e2e/kcl/pom.xml -Dgroup="$1" -Dartifact="$2" \
    -Dartifact.version="$3" dependency:copy-dependencies -DoutputDirectory="$folder/libraries" || return
  touch "$folder/installed"
  mkdir -p "$folder/classes"
  (cd tests/e2e/kcl && javac -nowarn -d "$folder/classes" -cp "$folder/libraries/*" "${@:4}")
}
class_path() { echo "$PWD/build/kcl/$1/classes:$PWD/build/kcl/$1/libraries/*"; }
run() { # FILTER NAME=VALUE...
  env "${@:2}" build/dev/bin/kcl_test --gtest_filter="$1"
}
run_kcl() { # VERSION
  local dynamodb=dynalite
  [[ $1 != 3.* ]] || dynamodb=moto
  run 'kcl*' PENSTOCK_KCL_VERSION="$1" PENSTOCK_KCL_DYNAMODB="$dynamodb" \
    PENSTOCK_KCL_CLASS_PATH="$(class_path "amazon-kinesis-client-$1")" \
    ${kcl_3_0:+PENSTOCK_KCL_3_0_CLASS_PATH="$kcl_3_0"}
}
run_kpl() { run '*kpl*' PENSTOCK_KPL_CLASS_PATH="$(class_path "amazon-kinesis-producer-$kpl")"; }
run_sdk() { run 'sdk*' PENSTOCK_SDK_CLASS_PATH="$(class_path "kinesis-$sdk")"; }

stage setup scripts/setup.sh test
stage build build
if stage emulators emulators; then
  for version in "${versions[@]}"; do
    kcl=(software.amazon.kinesis amazon-kinesis-client "$version" KclWorker.java Printer.java ShardLog.java)
    [[ $version != 1.* ]] || kcl=(com.amazonaws amazon-kinesis-client "$version" kcl1/KclWorker.java ShardLog.java)
    stage "kcl-$version-library" library "${kcl[@]}" || continue
    [[ $version != 3.0.* ]] || kcl_3_0=$(class_path "amazon-kinesis-client-$version")
    stage "kcl-$version" run_kcl "$version" || true
  done
fi
kpl_library=(software.amazon.kinesis amazon-kinesis-producer "$kpl" KplWriter.java)
stage kpl-library library "${kpl_library[@]}" && { stage kpl run_kpl || true; }
sdk_library=(software.amazon.awssdk kinesis "$sdk" SdkRoundTrip.java)
stage sdk-library library "${sdk_library[@]}" && { stage sdk run_sdk || true; }
stage_summary
