#!/usr/bin/env bash
# Every test under ThreadSanitizer. Takes ctest's own arguments: scripts/tsan.sh -R '^abi[.]'
set -euo pipefail
cd "$(dirname "$0")/.."

# ThreadSanitizer's shadow memory has no place for what a kernel with 32 bits of address randomness maps.
if [[ -z ${PENSTOCK_TSAN_FIXED:-} ]] && setarch "$(uname -m)" -R true 2>/dev/null; then
  PENSTOCK_TSAN_FIXED=1 exec setarch "$(uname -m)" -R "$0" "$@"
fi

source scripts/stages.sh

stage setup scripts/setup.sh test

build() {
  cmake --preset tsan && cmake --build --preset tsan -j "$jobs"
}
if stage build build; then
  stage tests env TSAN_OPTIONS="halt_on_error=1 second_deadlock_stack=1" \
    ctest --test-dir build/tsan -j2 --output-on-failure --no-tests=error "$@" || true
fi
stage_summary
