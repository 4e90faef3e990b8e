#!/usr/bin/env bash
# The host at full speed between two streams of the model of Kinesis, which fails one call in 25: MINUTES long, 15 if
# none are given. Prints what went through, and the medians of its memory, descriptors and lag in each third of the
# time. Fails if the last third's is above the second's by more than a margin, or if anything was lost or left over.
set -euo pipefail
cd "$(dirname "$0")/.."
minutes=${1:-15}
[[ $minutes =~ ^[1-9][0-9]*$ && $# -le 1 ]] || { echo "usage: scripts/soak.sh [MINUTES]" >&2; exit 2; }
source scripts/stages.sh

scripts/setup.sh test
cmake --preset dev >/dev/null
cmake --build --preset dev -j "$jobs" --target penstock penstock_plugin penstock-soak
exec build/dev/bin/penstock-soak $((minutes * 60))
