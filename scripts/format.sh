#!/usr/bin/env bash
# Formats every source file of ours in place; with --check only says which are not formatted, and fails.
set -euo pipefail
cd "$(dirname "$0")/.."

mode=(-i)
[[ ${1:-} != --check ]] || mode=(--dry-run --Werror)
find abi base core plugin client fluentbit host tests bench -name '*.h' -o -name '*.cc' -o -name '*.c' | sort |
  xargs clang-format-16 "${mode[@]}"
