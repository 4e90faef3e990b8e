#!/usr/bin/env bash
# Where shipped objects look for libraries: nowhere but beside themselves. An empty entry would be the folder in which
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
