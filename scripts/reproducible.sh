#!/usr/bin/env bash
# Builds libpenstock.so twice as for a release, from copies of the source without git in folders with different
# names, and fails unless both have the same bytes.
set -euo pipefail
cd "$(dirname "$0")/.."
source scripts/stages.sh

temporary=$(mktemp -d)
trap 'rm -rf "$temporary"' EXIT

build() { # FOLDER
  local to=$temporary/$1
  mkdir -p "$to"
  tar --exclude=./build --exclude=./.git -cf - . | tar -C "$to" -xf -
  (cd "$to" && CCACHE_DISABLE=1 cmake --preset release &&
    CCACHE_DISABLE=1 cmake --build --preset release --target penstock_plugin -j "$jobs")
}
stage build-one build one
stage build-two build a/folder/of/another/name
stage same-bytes cmp "$temporary/one/build/release/bin/libpenstock.so" \
  "$temporary/a/folder/of/another/name/build/release/bin/libpenstock.so" || true
stage_summary
