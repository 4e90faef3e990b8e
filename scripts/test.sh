#!/usr/bin/env bash
# Builds and runs every test. Then, under AddressSanitizer and UndefinedBehaviorSanitizer, repeats the tests of
# code that parses untrusted bytes, of misuse of the ABI, of allocation failures, and of the fuzzers' corpora
# (scripts/sanitize.sh runs all tests). Then tests the packages of a release build, if scripts/release.sh has
# made one, and checks the format and the words. Fails if anything failed. To run one part again:
#   ctest --test-dir build/dev -R '^sigv4[.]' --output-on-failure
set -euo pipefail
cd "$(dirname "$0")/.."
source scripts/stages.sh

stage setup scripts/setup.sh test

build() { # PRESET TARGET
  cmake --preset "$1" && cmake --build --preset "$1" --target "$2" -j "$jobs"
}
# The sanitized build is clang's, if there is a clang: it takes less than half of gcc's time, and the warnings of a
# second compiler come with it.
build_by_clang() { # PRESET TARGET
  if command -v clang++ >/dev/null; then
    local -x CC=clang CXX=clang++
  fi
  build "$@"
}
run() { # CTEST_FOLDER...: more tests at a time than cores, because some only wait for a process or a service
  local folder status=0
  for folder in "$@"; do
    ctest --test-dir "$folder" -j$((2 * jobs)) --output-on-failure --no-tests=error || status=1
  done
  return "$status"
}

if stage build build dev all; then
  stage tests run build/dev || true
fi
if stage build-asan build_by_clang asan sanitized_tests; then
  stage tests-asan run build/asan/tests/{unit/base,unit/core/logs,unit/core/kinesis,abi,fuzz} || true
fi
stage packages tests/package/run.sh || true
if command -v clang-format-16 >/dev/null; then
  stage format scripts/format.sh --check || true
else
  stage_skip format "no clang-format-16"
fi
if git rev-parse --git-dir >/dev/null 2>&1; then
  stage prose scripts/prose.sh || true
else
  stage_skip prose "not a git checkout"
fi
stage_summary
