#!/usr/bin/env bash
# Packs the release builds once more, and checks that the artifacts have the same bytes.
#   tests/package/reproducible.sh ARTIFACTS
set -euo pipefail
artifacts=$(realpath "$1")
cd "$(dirname "$0")/../.."
before=$(<"$artifacts/SHA256SUMS")
scripts/package.sh >/dev/null
diff <(echo "$before") "$artifacts/SHA256SUMS"
