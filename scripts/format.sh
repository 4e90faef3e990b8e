#!/usr/bin/env bash
# Formats all our source files in place; with --check, only lists those that are not formatted, and fails if there
# are any.
set -euo pipefail
cd "$(dirname "$0")/.."

mode=(-i)
[[ ${1:-} != --check ]] || mode=(--dry-run --Werror)
find abi base core plugin client fluentbit host tests bench -name '*.h' -o -name '*.cc' -o -name '*.c' | sort |
  xargs clang-format-16 "${mode[@]}"
