#!/usr/bin/env bash
# Every test under sanitizers: asan (AddressSanitizer and UndefinedBehaviorSanitizer) or tsan (ThreadSanitizer).
# Takes ctest's own arguments behind it: scripts/sanitize.sh tsan -R '^abi[.]'
set -euo pipefail
cd "$(dirname "$0")/.."
preset=${1:-}
[[ $preset == asan || $preset == tsan ]] || { echo "usage: scripts/sanitize.sh asan|tsan [CTEST ARGUMENTS]" >&2; exit 2; }

# ThreadSanitizer's shadow memory has no place for what a kernel with 32 bits of address randomness maps.
if [[ $preset == tsan && -z ${PENSTOCK_ADDRESSES_FIXED:-} ]] && setarch "$(uname -m)" -R true 2>/dev/null; then
  PENSTOCK_ADDRESSES_FIXED=1 exec setarch "$(uname -m)" -R "$0" "$@"
fi
shift

source scripts/stages.sh

stage setup scripts/setup.sh test

build() {
  cmake --preset "$preset" && cmake --build --preset "$preset" -j "$jobs"
}
if stage build build; then
  stage tests env TSAN_OPTIONS="halt_on_error=1 second_deadlock_stack=1" \
    ctest --test-dir "build/$preset" -j2 --output-on-failure --no-tests=error "$@" || true
fi
stage_summary
