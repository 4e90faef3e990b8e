#!/usr/bin/env bash
# Runs every test under sanitizers: asan (AddressSanitizer and UndefinedBehaviorSanitizer) or tsan
# (ThreadSanitizer). Further arguments go to ctest: scripts/sanitize.sh tsan -R '^abi[.]'
# Or valgrind: runs the host of the dev build under memcheck in the end-to-end tests that start it. The model of
# the service runs at full speed; if a whole test ran under valgrind, calls would exceed their timeouts.
set -euo pipefail
cd "$(dirname "$0")/.."
usage() { echo "usage: scripts/sanitize.sh asan|tsan [CTEST ARGUMENTS] | valgrind" >&2; exit 2; }
preset=${1:-}
[[ $preset == asan || $preset == tsan || $preset == valgrind && $# -eq 1 ]] || usage

# ThreadSanitizer's shadow memory cannot cover the mappings of a kernel with 32 bits of address randomization.
if [[ $preset == tsan && -z ${PENSTOCK_ADDRESSES_FIXED:-} ]] && setarch "$(uname -m)" -R true 2>/dev/null; then
  PENSTOCK_ADDRESSES_FIXED=1 exec setarch "$(uname -m)" -R "$0" "$@"
fi
shift

source scripts/stages.sh

stage setup scripts/setup.sh test

build() { # PRESET [ARGUMENTS OF CMAKE --BUILD]
  cmake --preset "$1" && cmake --build --preset "$1" -j "$jobs" "${@:2}"
}
under_valgrind() { # TEST
  PENSTOCK_TEST_HOST=$PWD/tests/e2e/host_under_valgrind.sh VALGRIND_HOST=$PWD/build/dev/bin/penstock \
    VALGRIND_FOUND=$found "build/dev/bin/$1"
}
# Also checks hosts that a test killed, or whose exit code it did not check.
nothing_found() {
  [[ -n $(ls "$found") ]] || { echo "no host has run under valgrind" >&2; return 1; }
  [[ -z $(find "$found" -type f -size +0) ]] || { cat "$found"/* >&2; return 1; }
}

if [[ $preset == valgrind ]]; then
  tests=(e2e_host_test e2e_options_test e2e_replay_test)
  found=$(mktemp -d)
  trap 'rm -rf "$found"' EXIT
  if stage build build dev --target penstock penstock_plugin "${tests[@]}"; then
    for test in "${tests[@]}"; do stage "$test" under_valgrind "$test" || true; done
    stage found nothing_found || true
  fi
elif stage build build "$preset"; then
  stage tests env \
    TSAN_OPTIONS="halt_on_error=1 second_deadlock_stack=1 suppressions=$PWD/tests/tsan_suppressions.txt" \
    ctest --test-dir "build/$preset" -j2 --output-on-failure --no-tests=error "$@" || true
fi
stage_summary
