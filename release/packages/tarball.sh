#!/usr/bin/env bash
# Packs the files below usr/ of a tree into a tarball with one folder, which works wherever it is unpacked.
#   release/packages/tarball.sh TREE ARCH VERSION FOLDER
set -euo pipefail
tree=$1 arch=$2 version=$3 folder=$4
name=penstock-$version-linux-$arch

tar --create --directory "$tree" --format=gnu --sort=name --owner=root:0 --group=root:0 --numeric-owner \
  --transform "s,^usr,$name," usr | gzip --no-name -9 >"$folder/$name.tar.gz"
