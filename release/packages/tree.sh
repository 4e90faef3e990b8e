#!/usr/bin/env bash
# Composes the files of the artifacts: in usr/, which every artifact contains, what the release build installed, the
# licenses of the static libraries, and an SBOM; in etc/, the configuration that the packages install. All of them have the
# time SOURCE_DATE_EPOCH.
#   release/packages/tree.sh RELEASE_BUILD ARCH VERSION TREE
set -euo pipefail
built=$1 arch=$2 version=$3 tree=$4
here=$(cd "$(dirname "$0")" && pwd)

rm -rf "$tree"
mkdir -p "$tree/etc/penstock"
cp -a "$built/install/usr" "$tree/usr"
documents=$tree/usr/share/doc/penstock
cp -r "$built/licenses" "$documents/licenses"
python3 "$here/sbom.py" "$built/libraries.json" "$arch" "$version" >"$documents/penstock.spdx.json"
sed 's#conf/kinesis-to-kinesis.conf#/etc/penstock/penstock.conf#' "$tree/usr/share/penstock/kinesis-to-kinesis.conf" \
  >"$tree/etc/penstock/penstock.conf"

find "$tree" -type d -exec chmod 0755 {} +
find "$tree" -type f -exec chmod 0644 {} +
chmod 0755 "$tree/usr/bin/penstock"
find "$tree" -exec touch --no-dereference --date="@$SOURCE_DATE_EPOCH" {} +
