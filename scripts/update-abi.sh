#!/usr/bin/env bash
# Writes the description of the ABI to abi/penstock.abi; with --check, compares the header with it and fails on any
# difference. A released description may only grow; see docs/abi.md.
set -euo pipefail
cd "$(dirname "$0")/.."

if ! command -v abidw abidiff >/dev/null; then
  echo "update-abi: skipped: no abidw (Debian: abigail-tools)" >&2
  exit 77
fi
temporary=$(mktemp -d)
trap 'rm -rf "$temporary"' EXIT

"${CC:-cc}" -std=c99 -g -shared -fPIC -I. -o "$temporary/header.so" tests/abi/header.c
abidw --no-corpus-path --no-comp-dir-path --no-show-locs --no-elf-needed --no-architecture --drop-private-types \
  --no-parameter-names --type-id-style hash --out-file "$temporary/penstock.abi" "$temporary/header.so"

if [[ ${1:-} != --check ]]; then
  cp "$temporary/penstock.abi" abi/penstock.abi
elif ! abidiff abi/penstock.abi "$temporary/penstock.abi"; then
  echo "the ABI is not that of abi/penstock.abi; if it only grew, run scripts/update-abi.sh" >&2
  exit 1
fi
