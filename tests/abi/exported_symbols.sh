#!/usr/bin/env bash
# The library exports one symbol, stays loaded, and asks for no symbol of the process that opens it.
# usage: exported_symbols.sh libpenstock.so
set -euo pipefail

exported=$(nm -D --defined-only "$1" | awk '{print $2, $3}')
if [[ $exported != "T penstock_module_v1" ]]; then
  echo "exported, but only penstock_module_v1 may be: $exported" >&2
  exit 1
fi
flags=$(readelf -d "$1")
for flag in SYMBOLIC NODELETE NOW; do
  grep -q "$flag" <<<"$flags" || { echo "not linked with $flag: see cmake/plugin.cmake" >&2; exit 1; }
done
