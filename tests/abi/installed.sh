#!/usr/bin/env bash
# Installs into a folder, moves that folder, and uses it as others do: with a project that finds the CMake package, with
# a compiler call that has pkg-config's flags, and with the host, which finds the plugin next to it.
# usage: installed.sh CMAKE BUILD_FOLDER C_COMPILER VERSION
set -euo pipefail
cmake=$1 build=$2 cc=$3 version=$4
here=$(cd "$(dirname "$0")" && pwd)
temporary=$(mktemp -d)
trap 'rm -rf "$temporary"' EXIT

"$cmake" --install "$build" --prefix "$temporary/first" >/dev/null
mv "$temporary/first" "$temporary/moved"
prefix=$temporary/moved
plugin=$(find "$prefix" -name libpenstock.so)
pc=$(find "$prefix" -name penstock.pc)

"$cmake" -S "$here/consumer" -B "$temporary/consumer" -DCMAKE_PREFIX_PATH="$prefix" \
  -DCMAKE_C_COMPILER="$cc" >/dev/null
"$cmake" --build "$temporary/consumer" >/dev/null
"$temporary/consumer/consumer" "$plugin"

if command -v pkg-config >/dev/null; then
  export PKG_CONFIG_PATH=${pc%/*}
  [[ $(pkg-config --modversion penstock) == "$version" ]]
  # shellcheck disable=SC2046 # several flags
  "$cc" -std=c99 -o "$temporary/by_pkg_config" $(pkg-config --cflags penstock) "$here/client.c" -ldl
  "$temporary/by_pkg_config" "$plugin" >/dev/null
fi

"$prefix/bin/penstock" --version | grep -F "$version"
"$prefix/bin/penstock" plugins | grep -F lambda_logs
[[ -f $prefix/share/penstock/demo.conf && -f $prefix/share/doc/penstock/CHANGELOG.md ]]
grep -q '^User=penstock$' "$prefix/lib/systemd/system/penstock.service"
grep -q '^u penstock ' "$prefix/lib/sysusers.d/penstock.conf"
