#!/usr/bin/env bash
# Checks that a shared object exports exactly what its map names, stays loaded, and binds to its own symbols before those
# of the process that opens it.
# usage: exported_symbols.sh FILE.so FILE.map
set -euo pipefail

exported=$(nm -D --defined-only "$1" | awk '{print $3}' | sort)
named=$(sed -n '/global:/,/local:/{/:/d;s/[; ]//g;p}' "$2" | sort)
if [[ -z $named || $exported != "$named" ]]; then
  echo "exported (>) is not what $2 names (<):" >&2
  diff <(echo "$named") <(echo "$exported") >&2
  exit 1
fi
flags=$(readelf -d "$1")
for flag in SYMBOLIC NODELETE NOW; do
  grep -q "$flag" <<<"$flags" || { echo "not linked with $flag: see cmake/plugin.cmake" >&2; exit 1; }
done
