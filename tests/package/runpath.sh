#!/usr/bin/env bash
# Checks that shipped objects have no library path: they need only libraries that the system finds, and open
# libpenstock.so by its full path.
#   tests/package/runpath.sh OBJECT...
set -euo pipefail
for object in "$@"; do
  if readelf -d "$object" | grep -E '\((RPATH|RUNPATH)\)'; then
    echo "$object has a library path" >&2
    exit 1
  fi
done
