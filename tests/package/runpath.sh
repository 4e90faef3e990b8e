#!/usr/bin/env bash
# Checks that shipped objects look for libraries only in their own folder. An empty entry would mean the folder in which
# the process was started.
#   tests/package/runpath.sh OBJECT...
set -euo pipefail
for object in "$@"; do
  while IFS= read -r path; do
    [[ $path == '$ORIGIN' ]] && continue
    echo "$object has the library path '$path'; only '\$ORIGIN' is allowed" >&2
    exit 1
  done < <(readelf -d "$object" | sed -nE 's/.*\((RPATH|RUNPATH)\).*\[(.*)\]/\2/p')
done
