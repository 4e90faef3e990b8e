#!/usr/bin/env bash
# Builds the simulator and runs N seeds, or seeds for S seconds, on all cores; see docs/simulation.md. Prints each
# failing seed with the command that reproduces it. FROM=N sets the first seed (default: the current time).
#   scripts/simulate.sh N
#   scripts/simulate.sh --seconds S
set -euo pipefail
cd "$(dirname "$0")/.."
source scripts/stages.sh

usage() {
  echo "usage: scripts/simulate.sh N | --seconds S" >&2
  exit 2
}
if [[ ${1:-} == --seconds ]]; then
  [[ $# -eq 2 && $2 =~ ^[1-9][0-9]*$ ]] || usage
  much=(--seconds "$2" --seeds 1000000000)
else
  [[ $# -eq 1 && $1 =~ ^[1-9][0-9]*$ ]] || usage
  much=(--seeds "$1")
fi

stage setup scripts/setup.sh test

build() {
  cmake --preset dev && cmake --build --preset dev --target penstock-simulate -j "$jobs"
}
if stage build build; then
  stage simulate build/dev/bin/penstock-simulate "${much[@]}" --from "${FROM:-$(date +%s)}" --jobs "$(nproc)" || true
fi
stage_summary
