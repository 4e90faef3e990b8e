#!/usr/bin/env bash
# Checks that the tarball, the carrier image, and the packages of each architecture contain the same files with the same
# modes, that only the packages add a configuration, and that SHA256SUMS lists every artifact.
#   tests/package/same_files.sh ARTIFACTS
set -euo pipefail
artifacts=$(realpath "$1")
fail() { echo "$*" >&2; exit 1; }
for tool in rpm2cpio cpio dpkg-deb jq; do
  command -v "$tool" >/dev/null || { echo "skipped: no $tool"; exit 77; }
done
temporary=$(mktemp -d)
trap 'rm -rf "$temporary"' EXIT

cd "$artifacts"
sha256sum --quiet --check SHA256SUMS
[[ $(cut -d ' ' -f 3 SHA256SUMS) == "$(ls penstock*)" ]] || fail "SHA256SUMS does not list each artifact"

# Unpacks the layers of an OCI archive into a folder. The digests of its parts must be their names.
unpack_image() { # ARCHIVE FOLDER PLATFORM
  local image=$temporary/image blob manifest
  rm -rf "$image"
  mkdir "$image"
  tar -xf "$1" -C "$image"
  for blob in "$image"/blobs/sha256/*; do
    [[ $(sha256sum <"$blob") == "${blob##*/}  -" ]] || fail "$1: ${blob##*/} has another digest"
  done
  digest() { tr : / <<<"$1"; }
  manifest=$image/blobs/$(digest "$(jq -r '.manifests[0].digest' "$image/index.json")")
  local config
  config=$image/blobs/$(digest "$(jq -r .config.digest "$manifest")")
  [[ $(jq -r '.os + "/" + .architecture' "$config") == "linux/$3" ]] || fail "$1 is not for linux/$3"
  [[ $(jq -r '.config.Entrypoint, .config.Cmd | . // "none"' "$config") == $'none\nnone' ]] || fail "$1 runs something"
  mkdir "$2"
  while IFS= read -r layer; do
    tar -xzf "$image/blobs/$(digest "$layer")" -C "$2"
  done < <(jq -r '.layers[].digest' "$manifest")
}
list() { (cd "$1" && find . -mindepth 1 -printf '%M %p %l\n' | LC_ALL=C sort -k 2); }

for tarball in penstock-*.tar.gz; do
  name=${tarball%.tar.gz}
  arch=${name##*-linux-}
  version=${name#penstock-}
  version=${version%-linux-*}
  case $arch in
    x86_64) debian=amd64 ;;
    aarch64) debian=arm64 ;;
    *) fail "unexpected architecture of $tarball" ;;
  esac
  root=$temporary/$arch
  mkdir "$root" "$root/tar" "$root/deb" "$root/rpm"
  tar -xzf "$tarball" -C "$root/tar"
  dpkg-deb -x "penstock_${version}_$debian.deb" "$root/deb"
  (cd "$root/rpm" && umask 022 && rpm2cpio "$artifacts/penstock-$version-1.$arch.rpm" | cpio --quiet -idm)
  unpack_image "$name.oci.tar" "$root/image" "$debian"

  [[ $(ls "$root/tar") == "$name" && $(ls "$root/image") == usr ]] || fail "$name: the tarball or the image has other folders"
  for kind in deb rpm image; do
    diff -r "$root/tar/$name" "$root/$kind/usr" || fail "$name: the files of the $kind differ from those of the tarball"
    diff <(list "$root/tar/$name") <(list "$root/$kind/usr") || fail "$name: modes of the $kind differ from those of the tarball"
  done
  for kind in deb rpm; do
    [[ $(cd "$root/$kind" && find . -path ./usr -prune -o -type f -print) == ./etc/penstock/penstock.conf ]] ||
      fail "$name: the $kind has other files outside of /usr"
  done
  cmp "$root/deb/etc/penstock/penstock.conf" "$root/rpm/etc/penstock/penstock.conf"
  cmp "$name.spdx.json" "$root/tar/$name/share/doc/penstock/penstock.spdx.json"
  echo "$name: $(find "$root/tar/$name" -type f | wc -l) files, the same in each artifact"
done
