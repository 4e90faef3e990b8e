#!/usr/bin/env bash
# Runs the host at full speed between two streams of the model of Kinesis, which fails one call in 25, for MINUTES
# (15 by default). Prints the throughput, and the medians of memory, descriptors, and lag in each third of the
# time. Fails if the medians of the last third exceed those of the second by more than a margin, or if a record was
# lost or left over.
set -euo pipefail
cd "$(dirname "$0")/.."
minutes=${1:-15}
[[ $minutes =~ ^[1-9][0-9]*$ && $# -le 1 ]] || { echo "usage: scripts/soak.sh [MINUTES]" >&2; exit 2; }
source scripts/stages.sh

scripts/setup.sh test
cmake --preset dev >/dev/null
cmake --build --preset dev -j "$jobs" --target penstock penstock_plugin penstock-soak
exec build/dev/bin/penstock-soak $((minutes * 60))
