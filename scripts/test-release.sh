#!/usr/bin/env bash
# Builds the release for both architectures, packs it, and tests it: the limits of every file; the packages in bare Debians;
# the demo there and in a distroless root; for arm64, unit tests and the demo under qemu; two OpenSSLs in one process under
# valgrind; the speed. A Fluent Bit loads the files if FLUENT_BIT is set to one that runs here. Slow, and not part of
# scripts/test.sh.
set -euo pipefail
cd "$(dirname "$0")/.."
source scripts/stages.sh

stage setup scripts/setup.sh test-release
x86_64=build/release/x86_64 aarch64=build/release/aarch64
roots=$(mktemp -d)
trap 'rm -rf --one-file-system "$roots"' EXIT

stage build-x86_64 scripts/release.sh x86_64
stage build-aarch64 scripts/release.sh aarch64
stage files tests/release/objects.py . "$x86_64/install/usr" "$aarch64/install/usr" || true

# in_root ROOT STAGE COMMAND...: a stage that needs one of the roots; skipped if it could not be made.
in_root() {
  if [[ -d $roots/$1/usr ]]; then
    stage "$2" "${@:3}" || true
  else
    stage_skip "$2" "no root $1"
  fi
}
for suite in bullseye bookworm trixie; do
  stage "root-$suite" tests/release/bare_root.sh debian "$suite" "$roots/$suite" || true
done
stage packages tests/package/run.sh "$roots" || true
for suite in bookworm trixie; do # the images of the agents have Debian 12 or 13
  in_root "$suite" "root-distroless-$suite" \
    tests/release/bare_root.sh distroless "$roots/$suite" "$roots/distroless-$suite"
done
for root in bullseye bookworm trixie distroless-bookworm distroless-trixie; do
  in_root "$root" "demo-$root" tests/release/demo_in_root.sh "$x86_64/install" "$roots/$root"
done

stage unit-tests-x86_64 tests/release/unit_tests.sh x86_64 || true
stage root-arm64 tests/release/bare_root.sh arm64 bookworm "$roots/arm64" || true
in_root arm64 unit-tests-arm64 tests/release/unit_tests.sh aarch64 "$roots/arm64"
in_root arm64 demo-arm64 tests/release/demo_in_root.sh "$aarch64/install" "$roots/arm64"

library=$PWD/$x86_64/install/usr/lib/penstock/libpenstock.so
# The tests of the regular build, with the library of the release build.
with_release() { # TEST [ARGUMENTS]
  PENSTOCK_TEST_LIBRARY=$library "build/dev/bin/$1" "${@:2}"
}
under_valgrind() {
  PENSTOCK_TEST_LIBRARY=$library valgrind --quiet --error-exitcode=99 --leak-check=full \
    --errors-for-leak-kinds=definite build/dev/bin/release_two_libraries 400
}
if stage build-tests eval 'cmake --preset dev && cmake --build --preset dev -j "$jobs" \
    --target release_two_libraries abi_test e2e_pipeline_test e2e_fluent_bit_test penstock-model-kinesis'; then
  stage abi with_release abi_test --gtest_brief=1 || true
  stage pipeline with_release e2e_pipeline_test --gtest_brief=1 || true
  stage metrics python3 tests/monitoring/monitoring_test.py promtool "$x86_64/install/usr/bin/penstock" \
    build/dev/bin/penstock-model-kinesis . || true
  stage two-libraries with_release release_two_libraries || true
  stage two-libraries-valgrind under_valgrind || true
  if [[ -n ${FLUENT_BIT:-} ]]; then
    stage fluent-bit env PENSTOCK_TEST_FILES="$PWD/$x86_64/install/usr/lib/penstock" \
      build/dev/bin/e2e_fluent_bit_test --gtest_brief=1 || true
  else
    stage_skip fluent-bit "FLUENT_BIT is not set"
  fi
fi

if stage build-bench eval 'cmake --preset release -B build/regular -DPENSTOCK_BUILD_BENCH=ON &&
    cmake --build build/regular -j "$jobs" --target penstock-bench-table'; then
  stage speed tests/release/speed.py build/regular/bin/penstock-bench-table "$x86_64/tests/bin/penstock-bench-table" || true
fi
stage_summary
