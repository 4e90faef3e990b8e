#!/usr/bin/env bash
# Checks the code with a second compiler: builds everything with clang, runs the tests, and runs clang-tidy on our
# sources.
set -euo pipefail
cd "$(dirname "$0")/.."
source scripts/stages.sh

stage setup scripts/setup.sh clang

build() {
  cmake --preset dev -B build/clang -DCMAKE_C_COMPILER=clang -DCMAKE_CXX_COMPILER=clang++ &&
    cmake --build build/clang -j "$jobs"
}
# Runs one clang-tidy per file, in parallel on all processors. Prints the file of each finding.
tidy() {
  find base core plugin client fluentbit host tests bench -name '*.cc' | sort |
    xargs -P "$jobs" -n 1 clang-tidy -p build/clang --quiet 2>/dev/null
}

if stage build build; then
  stage tests ctest --test-dir build/clang -j2 --output-on-failure --no-tests=error || true
  stage tidy tidy || true
fi
stage format scripts/format.sh --check || true
stage_summary
