#!/usr/bin/env bash
# Builds the simulator and runs so many seeds on all cores, or for so many seconds: docs/simulation.md. Each failing
# seed is told with the command that shows how; FROM=N says which seed to begin with (else the time says).
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
