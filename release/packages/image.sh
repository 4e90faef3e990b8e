#!/usr/bin/env bash
# Packs the files below usr/ of a tree into a container image that has nothing else, for COPY --from: an OCI archive, which
# `docker load`, `podman load`, and `skopeo copy oci-archive:FILE` read. buildah needs no daemon for that.
#   release/packages/image.sh TREE ARCH VERSION FOLDER
set -euo pipefail
tree=$1 arch=$2 version=$3 folder=$4
case $arch in
  x86_64) platform=amd64 ;;
  aarch64) platform=arm64 ;;
esac

temporary=$(mktemp -d)
storage=(--storage-driver vfs --root "$temporary/storage" --runroot "$temporary/run")
trap 'buildah "${storage[@]}" rm --all >/dev/null 2>&1 || true; rm -rf "$temporary"' EXIT
container=$(buildah "${storage[@]}" from scratch)
buildah "${storage[@]}" copy --quiet "$container" "$tree/usr" /usr >/dev/null
buildah "${storage[@]}" config --os linux --arch "$platform" --label org.opencontainers.image.title=penstock \
  --label "org.opencontainers.image.version=$version" --label org.opencontainers.image.licenses=Apache-2.0 "$container"
buildah "${storage[@]}" commit --quiet --timestamp "$SOURCE_DATE_EPOCH" --format oci "$container" "penstock:$version" >/dev/null
buildah "${storage[@]}" push --quiet "localhost/penstock:$version" "oci:$temporary/image:penstock:$version"
tar --create --directory "$temporary/image" --format=gnu --sort=name --owner=root:0 --group=root:0 --numeric-owner \
  --mode=u+rw,go=r,a+X --mtime="@$SOURCE_DATE_EPOCH" . >"$folder/penstock-$version-linux-$arch.oci.tar"
